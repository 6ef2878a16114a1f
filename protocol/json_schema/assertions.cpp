// What is asserted of one value by itself: its kind, its choices, numbers, strings.

#include "protocol/json_schema/evaluation.hpp"
#include "protocol/json_schema/strings/format.hpp"
#include "protocol/json_schema/values.hpp"

#include <algorithm>
#include <array>

namespace mcp::json_schema {
namespace {

std::uint8_t kinds_of(json::value const& value)
{
    switch (value.kind()) {
    case json::kind::null:
        return null_kind;
    case json::kind::bool_:
        return boolean_kind;
    case json::kind::string:
        return string_kind;
    case json::kind::array:
        return array_kind;
    case json::kind::object:
        return object_kind;
    default:
        return is_integer(value) ? number_kind | integer_kind : number_kind;
    }
}

std::size_t length(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string_view example(std::string_view format)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> known{
        {{"email", "an email address such as a@example.com"},
         {"uri", "an absolute URI such as https://example.com/a"},
         {"date", "a date such as 2026-01-31"},
         {"date-time", "a date and time such as 2026-01-31T12:00:00Z"}}};
    for (auto const& [name, text] : known)
        if (name == format)
            return text;
    return format;
}

}  // namespace

bool evaluation::kind(subject const& s)
{
    if (s.n.types == 0 || (s.n.types & kinds_of(s.value)) != 0)
        return true;
    if (!s.out)
        return false;
    return fail(s, wrong_kind(s.n.types, s.value), true);
}

bool evaluation::choices(subject const& s)
{
    if (s.n.constant && !same(*s.n.constant, s.value)) {
        if (!s.out)
            return false;
        return fail(s, not_a_choice({s.n.constant}, s.value), true);
    }
    if (!s.n.choices)
        return true;
    auto const& choices = *s.n.choices;
    if (std::any_of(choices.begin(), choices.end(), [&](auto& c) { return same(c, s.value); }))
        return true;
    if (!s.out)
        return false;
    pay(choices.size());
    std::vector<json::value const*> all;
    for (auto const& choice : choices)
        all.push_back(&choice);
    return fail(s, not_a_choice(all, s.value), true);
}

bool evaluation::number(subject const& s, long double v)
{
    auto const& n = s.n;
    bool fits = true;
    if (n.minimum && v < *as_number(*n.minimum))
        fits = fail(s, "must be at least " + shown(*n.minimum));
    if (n.maximum && v > *as_number(*n.maximum))
        fits = fail(s, "must be at most " + shown(*n.maximum));
    if (n.exclusive_minimum && v <= *as_number(*n.exclusive_minimum))
        fits = fail(s, "must be more than " + shown(*n.exclusive_minimum));
    if (n.exclusive_maximum && v >= *as_number(*n.exclusive_maximum))
        fits = fail(s, "must be less than " + shown(*n.exclusive_maximum));
    if (n.multiple_of && !is_multiple(s.value, *n.multiple_of))
        fits = fail(s, "must be a multiple of " + shown(*n.multiple_of));
    return fits;
}

bool evaluation::text(subject const& s, std::string_view v)
{
    auto const& n = s.n;
    bool fits = true;
    if (n.min_length && length(v) < *n.min_length)
        fits = fail(s, "must have at least " + counted(*n.min_length, "character"));
    if (n.max_length && length(v) > *n.max_length)
        fits = fail(s, "must have at most " + counted(*n.max_length, "character"));
    if (n.matches && (fits || goes_on(s)) && !occurs(*n.matches, v))
        fits = fail(s, "must match the pattern " + shown(json::value(n.matches->source())));
    if (!n.format.empty() && !has_format(n.format, v))
        fits = fail(s, "must be " + std::string(example(n.format)));
    return fits;
}

bool evaluation::same(json::value const& a, json::value const& b)
{
    bool const out = equal(a, b, steps_);
    if (steps_ == 0)
        pay();
    return out;
}

bool evaluation::occurs(pattern const& p, std::string_view in)
{
    pay();
    auto const found = p.occurs_in(in, characters_);
    if (!found)
        throw exhausted{"takes too long to match against a pattern; send less at once"};
    return *found;
}

}  // namespace mcp::json_schema
