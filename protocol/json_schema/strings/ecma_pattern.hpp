#pragma once

// A regular expression as ECMA-262 writes it (with the `u` flag), as Boost.Regex does: escapes that
// mean something else there, classes, what only Perl has. Pure; strict, because a pattern that is
// read differently from what its author meant checks nothing.

#include "protocol/json_schema/strings/pattern.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace mcp::json_schema {

boost::system::result<std::wstring, invalid_pattern> for_boost(std::string_view source);

}  // namespace mcp::json_schema
