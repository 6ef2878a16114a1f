#pragma once

// What the official suite expects of a server under test, as values: names, texts and schemas of
// its fixture (reference: the suite's own requirements).

#include "protocol/input.hpp"
#include "protocol/tools.hpp"

#include <string>

namespace fixture {

namespace json = mcp::json;

inline constexpr char png[] = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dw"
                              "HwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
inline constexpr char wav[] = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

json::object parse_schema(std::string const& text);

// {"type": "object"} with these properties.
json::object object_schema(json::object properties = {}, json::array required = {});

json::object schema_2020_12();
json::object form_with_defaults();
json::object form_with_enums();

mcp::ContentBlock image();
mcp::ContentBlock audio();
mcp::ContentBlock embedded(std::string uri, std::string mime, std::string text);

// A form with one property.
mcp::InputRequest ask_for(std::string const& message, std::string const& name, char const* type);
mcp::InputRequest ask_model(std::string const& text, int max_tokens);

}  // namespace fixture
