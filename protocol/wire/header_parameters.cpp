#include "protocol/wire/header_parameters.hpp"

#include "protocol/names.hpp"

#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>

namespace mcp {
namespace {

constexpr std::int64_t largest_integer = 9007199254740991;  // 2^53 - 1

std::string dotted(std::vector<std::string> const& path)
{
    std::string out;
    for (auto const& name : path)
        out.append(out.empty() ? "" : ".").append(name);
    return quoted(out);
}

// Null for what a client has no header for: absent, or null.
json::value const* argument(json::object const& arguments, std::vector<std::string> const& path)
{
    json::object const* object = &arguments;
    json::value const* value = nullptr;
    for (auto const& name : path) {
        value = object ? object->if_contains(name) : nullptr;
        object = value ? value->if_object() : nullptr;
    }
    return value && !value->is_null() ? value : nullptr;
}

// 42.0 is an integer to JSON Schema. Nothing beyond 2^53 - 1, which not every language has.
std::optional<std::int64_t> integer(json::value const& value)
{
    std::optional<std::int64_t> out;
    if (auto const* i = value.if_int64())
        out = *i;
    else if (auto const* d = value.if_double(); d && std::abs(*d) <= 1e16 && *d == std::trunc(*d))
        out = static_cast<std::int64_t>(*d);
    if (out && (*out > largest_integer || *out < -largest_integer))
        out.reset();
    return out;
}

// "42" and "42.0".
std::optional<std::int64_t> integer(std::string_view text)
{
    auto const point = text.find('.');
    if (point != std::string_view::npos) {
        auto const zeros = text.substr(point + 1);
        if (zeros.empty() || zeros.find_first_not_of('0') != std::string_view::npos)
            return std::nullopt;
        text = text.substr(0, point);
    }
    std::int64_t out = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

// As it is mirrored, or nothing if a value of this sort has no header.
std::optional<std::string> mirrored(json::value const& value)
{
    if (auto const* text = value.if_string())
        return std::string(*text);
    if (auto const* on = value.if_bool())
        return *on ? "true" : "false";
    if (auto const i = integer(value))
        return std::to_string(*i);
    return std::nullopt;
}

bool has_declared_type(json::value const& value, header_parameter::kind type)
{
    switch (type) {
    case header_parameter::kind::string:
        return value.is_string();
    case header_parameter::kind::boolean:
        return value.is_bool();
    case header_parameter::kind::integer:
        return integer(value).has_value();
    }
    return false;
}

std::optional<std::string> check_one(
    header_parameter const& parameter,
    json::object const& arguments,
    std::vector<std::string> const& values)
{
    auto const* value = argument(arguments, parameter.path);
    auto const text = value ? mirrored(*value) : std::nullopt;
    auto const header = quoted(parameter.header());
    auto const name = dotted(parameter.path);
    if (!text && values.empty())
        return std::nullopt;  // that the argument is of a wrong type is told by its schema
    if (!value)
        return header + " was sent, but the body has no argument " + name;
    if (!text)
        return header + " was sent, but the argument " + name + " is of a type that has no header";
    if (values.empty())
        return header + " is missing: the body has the argument " + name;
    if (values.size() > 1)
        return header + " was sent more than once";
    auto const decoded = decode_header_value(values.front());
    if (!decoded)
        return header + " has characters that a header may not have, or broken Base64";
    bool same = *decoded == *text;
    if (parameter.type == header_parameter::kind::integer && !same)
        same = integer(*value) && integer(*decoded) == integer(*value);
    if (!same)
        return header + " does not match the argument " + name;
    return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string, std::string>>
parameter_headers(std::vector<header_parameter> const& parameters, json::object const& arguments)
{
    std::vector<std::pair<std::string, std::string>> out;
    for (auto const& parameter : parameters) {
        auto const* value = argument(arguments, parameter.path);
        if (value && has_declared_type(*value, parameter.type))
            out.emplace_back(parameter.header(), encode_header_value(*mirrored(*value)));
    }
    return out;
}

std::optional<std::string> check_parameter_headers(
    std::vector<header_parameter> const& parameters,
    json::object const& arguments,
    header_lookup const& received)
{
    for (auto const& parameter : parameters)
        if (auto fault = check_one(parameter, arguments, received(parameter.header())))
            return fault;
    return std::nullopt;
}

}  // namespace mcp
