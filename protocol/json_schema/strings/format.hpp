#pragma once

// The formats that an elicitation's form may ask for: email (RFC 5321), uri (RFC 3986), date and
// date-time (RFC 3339). Pure; linear in the text.

#include <string_view>

namespace mcp::json_schema {

// Whether the text is of that format. Any text is of a format that is not one of the four.
bool has_format(std::string_view format, std::string_view text);

}  // namespace mcp::json_schema
