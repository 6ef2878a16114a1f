#pragma once

// One run of one tool to its end, which always comes: bounded in time, memory, and what is kept of
// its output. Its whole process group is killed with it, at once, when the caller is cancelled.

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace agent {

struct tool_command {
    std::vector<std::string> argv;
    std::vector<std::string> environment;
    std::string directory;
    std::chrono::milliseconds limit{0};
    std::uint64_t memory = 0;        // bytes of each process
    std::size_t output = 1U << 20U;  // bytes that are kept, the first
};

struct tool_run {
    enum class ending { exited, killed, timed_out, not_started };
    ending how = ending::not_started;
    int code = -1;              // exited
    std::string status;         // "exited with code 1"; why it could not be started
    std::string output;         // stdout and stderr as they came
    std::uint64_t printed = 0;  // bytes, kept or not
    std::chrono::milliseconds took{0};

    bool cut() const { return printed > output.size(); }
};

// Throws only operation_aborted.
boost::asio::awaitable<tool_run> run_tool(tool_command command);

}  // namespace agent
