#include "server/app/terminal/find_run.hpp"

#include <fmt/format.h>

namespace app {

using boost::asio::awaitable;

namespace {
constexpr std::size_t all = 1'000'000;
}

awaitable<agent::runs::run_ptr> find_run(agent::runs& runs, std::string id)
{
    auto const rows = co_await runs.list(std::nullopt, all);
    agent::run_row const* found = nullptr;
    for (auto const& row : rows) {
        if (!row.id.starts_with(id))
            continue;
        if (found)
            throw agent::run_error(
                fmt::format("More than one run begins with {}: say more of its id.", id));
        found = &row;
    }
    if (!found)
        throw agent::run_error(
            fmt::format("There is no run {}. `nextjs-backend-engineer runs` lists them.", id));
    auto run = co_await runs.find(found->id, found->principal);
    if (!run)
        throw agent::run_error(fmt::format("Run {} was removed meanwhile.", id));
    co_return run;
}

}  // namespace app
