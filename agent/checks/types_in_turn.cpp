#include "agent/checks/types_in_turn.hpp"

#include <boost/asio/this_coro.hpp>

namespace agent {

using boost::asio::awaitable;

namespace {

class turn_taken {
public:
    explicit turn_taken(tools_turn* turn) : turn_(turn) {}
    turn_taken(turn_taken const&) = delete;
    turn_taken& operator=(turn_taken const&) = delete;
    ~turn_taken()
    {
        if (turn_)
            turn_->give_back();
    }

private:
    tools_turn* turn_;
};

}  // namespace

awaitable<void> tools_turn::take()
{
    if (!free_)
        free_.emplace(co_await boost::asio::this_coro::executor);
    while (taken_)
        co_await free_->wait();
    taken_ = true;
}

void tools_turn::give_back()
{
    taken_ = false;
    free_->notify();
}

awaitable<types_result> check_types_in_turn(
    types_setup setup,
    project_root project,
    std::vector<file_change> changes,
    bool build,
    boost::asio::any_io_executor pool)
{
    if (setup.turn)
        co_await setup.turn->take();
    turn_taken const ours(setup.turn);
    types_request request{
        std::move(project),
        std::move(changes),
        build,
        std::move(setup.environment),
        std::move(setup.memory)};
    co_return co_await check_types(std::move(request), std::move(pool));
}

}  // namespace agent
