#include "server/app/ask.hpp"

#include "agent/report.hpp"
#include "protocol/json.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace app {

using boost::asio::awaitable;

namespace {

// Where progress goes: on a terminal each line replaces the one before it.
class progress_line {
public:
    explicit progress_line(mcp::redactor const& redact)
        : redact_(redact), live_(::isatty(STDERR_FILENO) == 1)
    {
    }
    progress_line(progress_line const&) = delete;
    progress_line& operator=(progress_line const&) = delete;
    ~progress_line() { clear(); }

    void show(std::string_view text)
    {
        auto const line = redact_(mcp::sanitize_line(text, 200));
        if (live_)
            fmt::print(stderr, "\r\x1b[K{}", mcp::cut_utf8(line, 100));
        else
            fmt::print(stderr, "{}\n", line);
        std::fflush(stderr);
        shown_ = true;
    }

    void clear()
    {
        if (live_ && shown_)
            fmt::print(stderr, "\r\x1b[K");
        shown_ = false;
    }

private:
    mcp::redactor const& redact_;
    bool live_;
    bool shown_ = false;
};

int exit_code(agent::run_status status)
{
    switch (status) {
    case agent::run_status::completed:
    case agent::run_status::brief:
        return 0;
    case agent::run_status::stopped:
        return 3;
    case agent::run_status::refused:
        return 4;
    case agent::run_status::failed:
        break;
    }
    return 1;
}

void print(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

}  // namespace

awaitable<int> ask(agent::engineer& engineer, ask_options options, mcp::redactor const& redact)
{
    if (options.request.task == "-")
        options.request.task.assign(
            std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());

    progress_line line(redact);
    auto on_progress = [&line](std::string_view text) { line.show(text); };
    auto const outcome = co_await engineer.run(options.request, on_progress);
    line.clear();

    if (options.json)
        print(redact(boost::json::serialize(mcp::encode(outcome))) + "\n");
    else if (outcome.status == agent::run_status::brief)
        print(redact(outcome.brief));
    else if (outcome.status != agent::run_status::failed)
        print(redact(agent::render_report(outcome)));
    if (outcome.status != agent::run_status::completed &&
        outcome.status != agent::run_status::brief)
        fmt::print(stderr, "{}\n", redact(outcome.reason));
    co_return exit_code(outcome.status);
}

}  // namespace app
