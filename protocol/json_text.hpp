#pragma once

// JSON as text, appended to a buffer that the caller keeps. Differs from json::serialize where that
// is wrong for a wire: an integral double is written as an integer (progress 1, not 1E0), a number
// that is not finite as null, and bytes that are not UTF-8 as U+FFFD, so that a tool's output can
// never make a message invalid. Never writes a newline.

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace mcp {

namespace json = boost::json;

void append_json(std::string& out, json::value const& value);
void append_json(std::string& out, json::object const& value);

// Quoted and escaped.
void append_json_string(std::string& out, std::string_view text);

std::string json_text(json::value const& value);

}  // namespace mcp
