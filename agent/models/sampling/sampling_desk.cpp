#include "agent/models/sampling/sampling_desk.hpp"

#include "agent/models/sampling/sampling_message.hpp"

#include <utility>

namespace agent {

using boost::asio::awaitable;
using boost::system::result;

sampling_desk::sampling_desk(
    boost::asio::any_io_executor const& ex, std::function<void()> on_question)
    : on_question_(std::move(on_question)), answered_(ex)
{
}

awaitable<result<turn, model_error>>
sampling_desk::ask(model_request const& request, std::string_view hint)
{
    struct closing {
        sampling_desk& desk;
        ~closing()
        {
            desk.number_ = 0;
            desk.request_ = nullptr;
        }
    } const at_the_end{*this};
    // The same after a restart, and another in every turn.
    number_ = static_cast<std::int64_t>(request.messages.size());
    request_ = &request;
    hint_ = hint;
    came_.reset();
    on_question_();
    while (!came_)
        co_await answered_.wait();
    co_return std::move(*came_);
}

boost::json::object sampling_desk::params(bool tools) const
{
    return sampling_params(*request_, hint_, tools);
}

void sampling_desk::answer(std::int64_t number, mcp::CreateMessageResult const& result)
{
    if (number == 0 || number != number_)
        return;
    came_ = sampled_turn(result, *request_);
    number_ = 0;
    answered_.notify();
}

void sampling_desk::refuse(std::int64_t number, std::string const& why)
{
    if (number == 0 || number != number_)
        return;
    came_ = model_error(model_errc::permission, "The client did not let its model answer: " + why);
    number_ = 0;
    answered_.notify();
}

}  // namespace agent
