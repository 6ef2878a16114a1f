#pragma once

// From one described struct: the JSON Schema of a tool's arguments, and the strict decoding of
// them, so that what is promised, what is checked and what the handler gets cannot drift apart.
//
// Members are required unless std::optional; enums list their names; unknown members are refused,
// with the name that was probably meant. Texts are given by path:
//     schema_of<Arguments>({{"task", "What to do."}, {"files.path", "Relative to the project."}})

#include "protocol/json.hpp"
#include "protocol/names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace mcp {

using descriptions = std::map<std::string, std::string, std::less<>>;

namespace detail {

template <class T>
json::object schema_for(std::string const& path, descriptions& texts)
{
    if constexpr (is_optional<T>) {
        return schema_for<typename T::value_type>(path, texts);
    } else if constexpr (std::is_same_v<T, bool>) {
        return {{"type", "boolean"}};
    } else if constexpr (std::is_integral_v<T>) {
        return {{"type", "integer"}};
    } else if constexpr (std::is_floating_point_v<T>) {
        return {{"type", "number"}};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {{"type", "string"}};
    } else if constexpr (is_vector<T>) {
        return {{"type", "array"}, {"items", schema_for<typename T::value_type>(path, texts)}};
    } else if constexpr (is_enum<T>) {
        json::array names;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
            [&](auto e) { names.emplace_back(e.name); });
        return {{"type", "string"}, {"enum", std::move(names)}};
    } else {
        static_assert(described<T>, "no schema for this type");
        json::object properties;
        json::array required;
        boost::mp11::mp_for_each<members<T>>([&](auto member) {
            using M = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
            auto const at = path.empty() ? member.name : path + "." + member.name;
            auto schema = schema_for<M>(at, texts);
            if (auto node = texts.extract(at))
                schema["description"] = node.mapped();
            properties.emplace(member.name, std::move(schema));
            if constexpr (!is_optional<M>)
                required.emplace_back(member.name);
        });
        json::object out{{"type", "object"}, {"properties", std::move(properties)}};
        if (!required.empty())
            out.emplace("required", std::move(required));
        out.emplace("additionalProperties", false);
        return out;
    }
}

// Throws decode_error for a member that the struct does not have, at any depth.
template <class T>
void refuse_unknown(json::value const& from, json_path const& path)
{
    if constexpr (is_optional<T>) {
        refuse_unknown<typename T::value_type>(from, path);
    } else if constexpr (is_vector<T>) {
        if (auto const* array = from.if_array())
            for (auto const& element : *array)
                refuse_unknown<typename T::value_type>(element, path);
    } else if constexpr (described<T>) {
        auto const* object = from.if_object();
        if (!object)
            return;  // decode() says so
        std::vector<std::string_view> known;
        boost::mp11::mp_for_each<members<T>>([&](auto member) {
            known.emplace_back(member.name);
            using M = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
            if (auto const* value = object->if_contains(member.name))
                refuse_unknown<M>(*value, {member.name, &path});
        });
        for (auto const& member : *object) {
            std::string_view const name = member.key();
            if (std::find(known.begin(), known.end(), name) == known.end())
                path.fail(unknown_name("member", name, known));
        }
    }
}

}  // namespace detail

// Throws std::logic_error for a text that belongs to no member: a mistake in the program.
template <class T>
json::object schema_of(descriptions texts = {})
{
    auto out = detail::schema_for<T>("", texts);
    if (!texts.empty())
        throw std::logic_error(
            "a description for " + texts.begin()->first + ", which is no member");
    return out;
}

// Throws decode_error: "arguments.task: missing", "arguments: no member \"pat\"; did you mean
// \"path\"?"
template <class T>
T decode_strict(json::value const& from, json_path const& path)
{
    detail::refuse_unknown<T>(from, path);
    return decode<T>(from, path);
}

}  // namespace mcp
