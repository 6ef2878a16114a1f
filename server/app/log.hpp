#pragma once

// The log: one line an event on stderr. It never waits for a reader: a host that does not read its
// server's stderr (a full pipe) loses lines, not the server.

#include "protocol/logger.hpp"
#include "protocol/text.hpp"

namespace app {

// `redact` is asked for each line, so that keys that become known later are covered; it outlives
// the logger.
mcp::logger log_to_stderr(mcp::LoggingLevel threshold, mcp::redactor const& redact);

}  // namespace app
