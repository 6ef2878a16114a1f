#include "server/app/terminal/ask.hpp"

#include "server/app/terminal/find_run.hpp"
#include "server/app/terminal/watch_run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>

namespace app {

using boost::asio::awaitable;

awaitable<int> ask(agent::runs& runs, ask_options options, mcp::redactor const& redact)
{
    auto& request = options.request;
    if (request.task == "-")
        request.task.assign(
            std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
    std::string mistake;
    try {
        agent::runs::run_ptr run;
        if (options.run.empty()) {
            run = co_await runs.begin(request, "");
        } else {
            run = co_await find_run(runs, options.run);
            co_await runs.say(run, request.task);
        }
        co_return co_await watch_run(runs, run, options.json, redact);
    } catch (agent::run_error const& e) {
        mistake = e.what();
    }
    fmt::print(stderr, "{}\n", redact(mistake));
    co_return 1;
}

}  // namespace app
