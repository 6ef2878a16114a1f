#pragma once

// What a tool of the model takes: its fields told once, for the schema and for the check. Models
// read the errors, so an error says what was expected. Pure.

#include "agent/tool.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class field_type { string, integer, boolean };

struct input_field {
    std::string_view name;
    field_type type = field_type::string;
    bool required = false;
    std::string_view description;
};

// An object schema with these properties and no others, within what strict tool use allows.
boost::json::object schema_of(std::vector<input_field> const& fields);

// Empty if `input` fits; else a sentence that names the field, the nearest known name, and the
// schema. Integers may come as "10" or 10.0, booleans as "true": those fit.
std::string input_error(boost::json::object const& input, std::vector<input_field> const& fields);

// Of an input that fits; absent fields are empty.
std::string string_of(boost::json::object const& input, std::string_view name);
std::optional<std::int64_t> integer_of(boost::json::object const& input, std::string_view name);
bool boolean_of(boost::json::object const& input, std::string_view name);

tool_answer failed(std::string text);

// The known name nearest to a misspelt one, if any is near.
std::string_view closest(std::string_view name, std::vector<std::string_view> const& known);

}  // namespace agent
