#pragma once

// Members of what a model API says, where a member of another type is as good as none. Pure.

#include "agent/models/raw_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// Nothing for what is no JSON.
inline std::optional<boost::json::value> parsed(std::string_view text)
{
    boost::json::parse_options options;
    options.max_depth = json_depth;
    boost::json::error_code ec;
    auto value =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), ec, {}, options);
    if (ec)
        return std::nullopt;
    return value;
}

inline boost::json::object const*
object_in(boost::json::object const& object, boost::json::string_view name)
{
    auto const* value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

inline boost::json::array const*
array_in(boost::json::object const& object, boost::json::string_view name)
{
    auto const* value = object.if_contains(name);
    return value ? value->if_array() : nullptr;
}

inline std::string string_in(boost::json::object const& object, boost::json::string_view name)
{
    auto const* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Not negative.
inline std::optional<std::int64_t>
count_in(boost::json::object const& object, boost::json::string_view name)
{
    auto const* value = object.if_contains(name);
    if (!value || !value->is_int64() || value->get_int64() < 0)
        return std::nullopt;
    return value->get_int64();
}

}  // namespace agent
