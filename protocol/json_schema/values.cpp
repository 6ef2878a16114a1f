#include "protocol/json_schema/values.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp::json_schema {
namespace {

static_assert(
    std::numeric_limits<long double>::digits >= 64, "a long double holds every 64-bit integer");

bool pay(std::size_t& steps)
{
    if (steps == 0)
        return false;
    --steps;
    return true;
}

// The same for values that are equal.
std::size_t hash(json::value const& value, std::size_t& steps)
{
    constexpr std::size_t prime = 1099511628211u;
    if (!pay(steps))
        return 0;
    if (auto const number = as_number(value))
        return std::hash<double>()(static_cast<double>(*number));
    if (auto const* text = value.if_string())
        return std::hash<std::string_view>()(*text);
    auto out = static_cast<std::size_t>(value.kind()) + 1;
    if (auto const* array = value.if_array())
        for (auto const& element : *array)
            out = out * prime + hash(element, steps);
    if (auto const* object = value.if_object())
        for (auto const& member : *object)
            out +=
                std::hash<std::string_view>()(member.key()) * prime ^ hash(member.value(), steps);
    if (auto const* on = value.if_bool())
        out += *on ? prime : 0;
    return out;
}

}  // namespace

std::optional<long double> as_number(json::value const& value)
{
    if (auto const* i = value.if_int64())
        return static_cast<long double>(*i);
    if (auto const* u = value.if_uint64())
        return static_cast<long double>(*u);
    if (auto const* d = value.if_double())
        return static_cast<long double>(*d);
    return std::nullopt;
}

bool is_integer(json::value const& value)
{
    auto const* d = value.if_double();
    return value.is_int64() || value.is_uint64() || (d && *d == std::trunc(*d));
}

bool is_multiple(json::value const& value, json::value const& divisor)
{
    auto const v = *as_number(value);
    auto const d = *as_number(divisor);
    if (std::fmod(v, d) == 0)
        return true;
    if (is_integer(value) && is_integer(divisor))
        return false;
    // 0.0075 is a multiple of 0.0001 to whoever wrote them, though neither is a binary fraction.
    auto const quotient = static_cast<double>(v) / static_cast<double>(d);
    auto const slack = std::abs(quotient) * 4 * std::numeric_limits<double>::epsilon();
    return std::isfinite(quotient) && std::abs(quotient - std::nearbyint(quotient)) <= slack;
}

bool equal(json::value const& a, json::value const& b, std::size_t& steps)
{
    if (!pay(steps))
        return false;
    if (auto const number = as_number(a))
        return number == as_number(b);
    if (a.kind() != b.kind())
        return false;
    if (auto const* array = a.if_array()) {
        auto const& other = b.get_array();
        return array->size() == other.size() &&
               std::equal(array->begin(), array->end(), other.begin(), [&](auto& x, auto& y) {
                   return equal(x, y, steps);
               });
    }
    if (auto const* object = a.if_object()) {
        auto const& other = b.get_object();
        return object->size() == other.size() &&
               std::all_of(object->begin(), object->end(), [&](auto& member) {
                   auto const* same = other.if_contains(member.key());
                   return same && equal(member.value(), *same, steps);
               });
    }
    return a == b;
}

bool all_differ(json::array const& elements, std::size_t& steps)
{
    std::vector<std::pair<std::size_t, json::value const*>> hashed;
    hashed.reserve(elements.size());
    for (auto const& element : elements)
        hashed.emplace_back(hash(element, steps), &element);
    std::sort(hashed.begin(), hashed.end(), [](auto& a, auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < hashed.size(); ++i)
        for (auto j = i + 1; j < hashed.size() && hashed[j].first == hashed[i].first; ++j)
            if (equal(*hashed[i].second, *hashed[j].second, steps) || steps == 0)
                return false;
    return true;
}

}  // namespace mcp::json_schema
