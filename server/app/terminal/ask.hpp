#pragma once

// `nextjs-backend-engineer ask`: the same job at a terminal.

#include "agent/runs/runs.hpp"
#include "protocol/text.hpp"
#include "server/app/config.hpp"

#include <boost/asio/awaitable.hpp>

namespace app {

// The exit code (config.cpp's --help). Throws operation_aborted when cancelled.
boost::asio::awaitable<int>
ask(agent::runs& runs, ask_options options, mcp::redactor const& redact);

}  // namespace app
