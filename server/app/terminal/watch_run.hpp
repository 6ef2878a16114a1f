#pragma once

// A run watched at a terminal: progress on stderr (one live line on a TTY, a line each otherwise),
// the answer on stdout.

#include "agent/runs/runs.hpp"
#include "protocol/text.hpp"

#include <boost/asio/awaitable.hpp>

namespace app {

// The exit code (config.cpp's --help). Throws operation_aborted when cancelled, having cancelled
// the run: at a terminal nobody else watches it.
boost::asio::awaitable<int>
watch_run(agent::runs& runs, agent::runs::run_ptr run, bool json, mcp::redactor const& redact);

// Its outcome as far as there is one, as the answer.
void print_outcome(agent::live_run const& run, bool json, mcp::redactor const& redact);

}  // namespace app
