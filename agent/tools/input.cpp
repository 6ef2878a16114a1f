#include "agent/tools/input.hpp"

#include "protocol/text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace agent {

namespace json = boost::json;

namespace {

std::string_view type_name(field_type type)
{
    switch (type) {
    case field_type::integer:
        return "integer";
    case field_type::boolean:
        return "boolean";
    case field_type::string:
        break;
    }
    return "string";
}

std::optional<std::int64_t> as_integer(json::value const& value)
{
    if (auto const* i = value.if_int64())
        return *i;
    if (auto const* d = value.if_double();
        d != nullptr && std::abs(*d) < 1e15 && *d == std::floor(*d))
        return static_cast<std::int64_t>(*d);
    if (auto const* s = value.if_string()) {
        std::int64_t out = 0;
        auto const* end = s->data() + s->size();
        auto const parsed = std::from_chars(s->data(), end, out);
        if (parsed.ec == std::errc() && parsed.ptr == end && !s->empty())
            return out;
    }
    return std::nullopt;
}

std::optional<bool> as_boolean(json::value const& value)
{
    if (auto const* b = value.if_bool())
        return *b;
    if (auto const* s = value.if_string(); s != nullptr && (*s == "true" || *s == "false"))
        return *s == "true";
    return std::nullopt;
}

bool fits(json::value const& value, field_type type)
{
    switch (type) {
    case field_type::integer:
        return as_integer(value).has_value();
    case field_type::boolean:
        return as_boolean(value).has_value();
    case field_type::string:
        break;
    }
    return value.is_string();
}

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto corner = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const above = row[j];
            auto const change = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, change});
            corner = above;
        }
    }
    return row.back();
}

}  // namespace

json::object schema_of(std::vector<input_field> const& fields)
{
    json::object properties;
    json::array required;
    for (auto const& field : fields) {
        json::object property;
        property.emplace("type", type_name(field.type));
        property.emplace("description", field.description);
        properties.emplace(field.name, std::move(property));
        if (field.required)
            required.emplace_back(field.name);
    }
    json::object schema;
    schema.emplace("type", "object");
    schema.emplace("properties", std::move(properties));
    schema.emplace("required", std::move(required));
    schema.emplace("additionalProperties", false);
    return schema;
}

std::string input_error(json::object const& input, std::vector<input_field> const& fields)
{
    std::string what;
    std::vector<std::string_view> missing;
    std::vector<std::string_view> names;
    names.reserve(fields.size());
    for (auto const& field : fields) {
        names.push_back(field.name);
        auto const* value = input.if_contains(field.name);
        bool const given = value != nullptr && !value->is_null();
        if (given && !fits(*value, field.type))
            what += fmt::format("\"{}\" must be of type {}. ", field.name, type_name(field.type));
        else if (!given && field.required)
            missing.push_back(field.name);
    }
    for (auto const& [key, value] : input) {
        std::string_view const name = key;
        bool const known = std::find(names.begin(), names.end(), name) != names.end();
        if (known || what.size() > 500)
            continue;
        auto const near = closest(name, missing.empty() ? names : missing);
        what += fmt::format("\"{}\" is not a field of this tool", mcp::sanitize_line(name, 60));
        what += near.empty() ? ". " : fmt::format("; did you mean \"{}\"? ", near);
    }
    for (auto const name : missing)
        what += fmt::format("\"{}\" is missing. ", name);
    if (what.empty())
        return {};
    return what + "Expected: " + json::serialize(schema_of(fields));
}

std::string string_of(json::object const& input, std::string_view name)
{
    auto const* value = input.if_contains(name);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

std::optional<std::int64_t> integer_of(json::object const& input, std::string_view name)
{
    auto const* value = input.if_contains(name);
    return value != nullptr ? as_integer(*value) : std::nullopt;
}

bool boolean_of(json::object const& input, std::string_view name)
{
    auto const* value = input.if_contains(name);
    return value != nullptr && as_boolean(*value).value_or(false);
}

tool_answer failed(std::string text)
{
    tool_answer answer;
    answer.text = mcp::sanitize(text);
    answer.is_error = true;
    return answer;
}

std::string_view closest(std::string_view name, std::vector<std::string_view> const& known)
{
    std::string_view best;
    name = name.substr(0, 100);
    // Half of the letters may differ; what is further away is a guess.
    std::size_t least = std::max<std::size_t>(name.size() / 2, 2) + 1;
    for (auto const candidate : known) {
        // "file_path" means "path"; "text" means "old_text" where that is all there is.
        bool const part = name.size() > 2 &&
                          (name.find(candidate) != name.npos || candidate.find(name) != name.npos);
        auto const distance = part ? std::size_t{1} : edit_distance(name, candidate);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace agent
