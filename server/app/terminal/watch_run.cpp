#include "server/app/terminal/watch_run.hpp"

#include "agent/report.hpp"
#include "protocol/json.hpp"
#include "protocol/json_text.hpp"
#include "server/app/runs/run_text.hpp"
#include "server/app/terminal/print.hpp"

#include <fmt/format.h>

#include <cstdio>
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
    case agent::run_status::needs_input:
        return 5;
    case agent::run_status::cancelled:
        return 130;
    case agent::run_status::failed:
        break;
    }
    return 1;
}

std::string questions_of(agent::live_run const& run)
{
    return "The expert has to know first:\n" + numbered(run.outcome->questions) +
           fmt::format(
               "Answer with: nextjs-backend-engineer ask --run {} \"1. ... 2. ...\"\n", run.id);
}

}  // namespace

void print_outcome(agent::live_run const& run, bool json, mcp::redactor const& redact)
{
    auto const& outcome = *run.outcome;
    if (json) {
        auto whole = mcp::encode(outcome);
        whole.get_object().emplace("run_id", run.id);
        std::string text;
        mcp::append_json(text, whole);
        print(redact(text) + "\n");
    } else if (outcome.status == agent::run_status::brief) {
        print(redact(outcome.brief));
    } else if (outcome.status == agent::run_status::needs_input) {
        print(redact(questions_of(run)));
    } else if (outcome.status != agent::run_status::failed || !outcome.files.empty()) {
        print(redact(agent::render_report(outcome)));
    }
}

awaitable<int>
watch_run(agent::runs& runs, agent::runs::run_ptr run, bool json, mcp::redactor const& redact)
{
    progress_line line(redact);
    std::uint64_t seen = 0;
    try {
        for (;;) {
            for (auto const& said : run->lines)
                if (said.number > seen)
                    line.show(said.text);
            if (!run->lines.empty())
                seen = run->lines.back().number;
            if (run->rests())
                break;
            co_await run->changed.wait();
        }
    } catch (boost::system::system_error const&) {
        runs.cancel_here(run, "Cancelled at the terminal.");
        throw;
    }
    line.clear();
    if (!run->outcome) {
        fmt::print(
            stderr, "Interrupted. Go on with: nextjs-backend-engineer runs resume {}\n", run->id);
        co_return 1;
    }
    print_outcome(*run, json, redact);
    runs.set_delivered(run);
    auto const& outcome = *run->outcome;
    if (!outcome.reason.empty())
        fmt::print(stderr, "{}\n", redact(outcome.reason));
    if (outcome.account.turns > 0)
        fmt::print(stderr, "Run {}\n", run->id);
    co_return exit_code(outcome.status);
}

}  // namespace app
