#pragma once

// What the fuzz targets share. A target is a function from bytes to properties that hold for all
// of them: clang's libFuzzer looks for bytes for which one does not, or for which a sanitizer
// speaks.

#include "protocol/strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fuzz {

namespace json = boost::json;

inline void require(bool holds, char const* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

inline std::string_view text(std::uint8_t const* data, std::size_t size)
{
    return {reinterpret_cast<char const*>(data), size};
}

// What is before the first newline, which is taken off the front with it.
inline std::string_view take_line(std::string_view& text)
{
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

// The same value, but for the last bits of a fraction: Boost.JSON 1.81 does not read those exactly.
inline bool same(json::value const& a, json::value const& b)
{
    if (a.is_number() && b.is_number()) {
        auto const x = a.to_number<double>();
        auto const y = b.to_number<double>();
        bool const whole = !a.is_double() && !b.is_double();
        return whole ? a == b : std::abs(x - y) <= 1e-14 * std::abs(x) + 1e-300;
    }
    if (a.kind() != b.kind())
        return false;
    if (auto const* array = a.if_array()) {
        auto const& other = b.get_array();
        return std::equal(array->begin(), array->end(), other.begin(), other.end(), same);
    }
    if (auto const* object = a.if_object()) {
        auto const& other = b.get_object();
        return object->size() == other.size() &&
               std::all_of(object->begin(), object->end(), [&](auto const& member) {
                   auto const* found = other.if_contains(member.key());
                   return found && same(member.value(), *found);
               });
    }
    return a == b;
}

}  // namespace fuzz
