#pragma once

// Brings a run to whoever called for it, in the way its client can take (DESIGN 4): as a task, as
// the answer to a call that is held open for as long as the client waits, or by hand-over. A caller
// that leaves ends nothing; one that takes its call back ends the run, if nobody else watches it.

#include "agent/runs/runs.hpp"
#include "protocol/text.hpp"
#include "server/app/runs/inline_budget.hpp"
#include "server/features.hpp"

#include <chrono>
#include <optional>

namespace app {

struct delivery {
    agent::runs& runs;
    mcp::redactor const& redact;
    inline_budget budgets;

    using outcome = server::outcome<mcp::CallToolResult>;
    using run_ptr = agent::runs::run_ptr;

    // For the tool that began the run. As a task where the client knows tasks.
    boost::asio::awaitable<outcome> deliver(server::request_context& ctx, run_ptr run) const;

    // For a tool that asks after a run: at most this long, no longer than the client waits.
    boost::asio::awaitable<outcome> poll(
        server::request_context& ctx,
        run_ptr run,
        std::optional<std::chrono::seconds> longest) const;

    // The run that this caller's call is about. Throws tool_error if there is none.
    boost::asio::awaitable<run_ptr> find(server::request_context& ctx, std::string id) const;

    // What the caller answered to a run's questions, said to that run; whether it did. What its
    // model said, too.
    boost::asio::awaitable<bool> take_answers(server::request_context& ctx, run_ptr run) const;

    // The run whose questions this round of a call answers; empty if it answers none.
    static std::string asked_by(server::request_context const& ctx);

    // Of a task that an earlier process began.
    boost::asio::awaitable<std::optional<server::background>>
    find_task(server::request_context& ctx, std::string id) const;

private:
    struct manner {
        std::optional<std::chrono::seconds> longest;  // none: until it rests
        bool owns = false;                            // taking the call back ends the run
        bool handed_over = false;
    };

    boost::asio::awaitable<outcome>
    watch(server::request_context& ctx, run_ptr run, manner how) const;
    boost::asio::awaitable<bool> continued(run_ptr run) const;
    boost::asio::awaitable<outcome> result(server::request_context& ctx, run_ptr run) const;
    static void take_sample(server::request_context const& ctx, agent::live_run& run);
    static std::optional<server::input_required> sampling_of(
        server::request_context const& ctx,
        agent::live_run const& run,
        std::optional<std::chrono::steady_clock::time_point> end);
    server::background as_task(run_ptr run) const;
    std::chrono::seconds budget(server::request_context const& ctx) const;
};

}  // namespace app
