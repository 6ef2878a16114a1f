#pragma once

// The tools of one run, as the loop uses them: told to the model in a fixed order, and called a
// turn at a time. Every call of a turn is answered, in order, exactly once: an unknown name,
// invalid input, a time-out and a call too many are answers too, with a text that lets the model
// repair it (model-apis 6.2 items 15 to 17).

#include "agent/limits.hpp"
#include "agent/tool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/class.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class run_log;

// What a call came to: for progress, and for the account of a run.
struct tool_report {
    std::string name;
    std::string subject;  // what it was about: a path, a package; for a person
    bool ok = true;
    std::int64_t time_ms = 0;
};
BOOST_DESCRIBE_STRUCT(tool_report, (), (name, subject, ok, time_ms))

class toolbox {
public:
    toolbox(std::vector<std::unique_ptr<tool>> tools, run_limits const& limits);

    // In the order given, which is frozen for a run: the tools are the first part of the cached
    // prefix.
    std::vector<tool_declaration> const& declarations() const { return declarations_; }

    // Read-only calls next to each other run together, at most limits.concurrent_tools at once; a
    // call that changes something runs alone, after what came before it. What the log knows of a
    // call is not done again; what is done is in the log before this returns. `on_done` is told
    // either way. Throws only operation_aborted.
    boost::asio::awaitable<std::vector<tool_outcome>>
    run(std::vector<tool_call> calls,
        run_log& log,
        std::function<void(tool_report const&)> on_done);

private:
    boost::asio::awaitable<tool_outcome> run_one(
        std::size_t at,
        tool_call call,
        run_log& log,
        std::function<void(tool_report const&)> on_done);
    boost::asio::awaitable<tool_answer> answer(tool_call call, std::string& subject);
    tool* find(std::string_view name) const;

    std::vector<std::unique_ptr<tool>> tools_;
    std::vector<tool_declaration> declarations_;
    run_limits limits_;
};

}  // namespace agent
