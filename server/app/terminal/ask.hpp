#pragma once

// `nextjs-backend-engineer ask`: the same job at a terminal. Progress on stderr (one live line on a
// TTY, a line each otherwise), the answer on stdout. Exit codes: config.cpp's --help.

#include "agent/engineer.hpp"
#include "protocol/text.hpp"
#include "server/app/config.hpp"

#include <boost/asio/awaitable.hpp>

namespace app {

// The exit code. Throws operation_aborted when cancelled (Ctrl-C, SIGTERM).
boost::asio::awaitable<int>
ask(agent::engineer& engineer, ask_options options, mcp::redactor const& redact);

}  // namespace app
