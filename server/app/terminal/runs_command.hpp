#pragma once

// `nextjs-backend-engineer runs`: the runs that are kept, for a person and for scripts.

#include "agent/runs/runs.hpp"
#include "protocol/text.hpp"
#include "server/app/config.hpp"

#include <boost/asio/awaitable.hpp>

namespace app {

// The exit code: 0, 1 with a sentence on stderr, or that of `ask` for a run that was resumed.
boost::asio::awaitable<int> runs_command(
    agent::runs& runs,
    agent::project_writer& writer,
    runs_options options,
    mcp::redactor const& redact);

}  // namespace app
