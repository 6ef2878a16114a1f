#pragma once

// The limits that a user may set, by name: --limit NAME=VALUE, and the table that --help-limits
// prints. A limit that is not here is fixed.

#include "server/limits.hpp"

#include <string>
#include <string_view>

namespace app {

// "message_bytes=8388608". Throws config_error: which names there are, which values one takes.
void set_limit(server::limits& limits, std::string_view assignment);

// One line a limit: its name, its value in `limits`, the values it takes, what it bounds.
std::string describe_limits(server::limits const& limits);

}  // namespace app
