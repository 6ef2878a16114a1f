// Arrays and objects.

#include "protocol/json_schema/evaluation.hpp"
#include "protocol/json_schema/values.hpp"
#include "protocol/names.hpp"

#include <algorithm>

namespace mcp::json_schema {

bool evaluation::array(subject const& s, json::array const& elements)
{
    bool fits = sizes_of(s, elements);
    auto const& prefix = s.n.prefix_items;
    for (std::size_t i = 0; i < elements.size() && (fits || goes_on(s)); ++i) {
        auto const* n = i < prefix.size() ? prefix[i] : s.n.items;
        if (!n)
            break;
        fits = element(s, *n, elements, i) && fits;
    }
    if (s.n.contains && (fits || goes_on(s)))
        fits = contains(s, elements) && fits;
    return fits;
}

bool evaluation::element(subject const& s, node const& n, json::array const& of, std::size_t i)
{
    auto const index = std::to_string(i);
    place const here{index, &s.at};
    s.seen.add(i);
    return check(n, of[i], here, s.out);
}

bool evaluation::sizes_of(subject const& s, json::array const& elements)
{
    auto const& n = s.n;
    bool fits = true;
    if (n.min_items && elements.size() < *n.min_items)
        fits = fail(s, "must have at least " + counted(*n.min_items, "element"));
    if (n.max_items && elements.size() > *n.max_items)
        fits = fail(s, "must have at most " + counted(*n.max_items, "element"));
    if (n.unique_items && !all_differ(elements, steps_)) {
        if (steps_ == 0)
            pay();
        fits = fail(s, "must not have two elements that are equal");
    }
    return fits;
}

bool evaluation::contains(subject const& s, json::array const& elements)
{
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < elements.size(); ++i) {
        if (check(*s.n.contains, elements[i], s.at, nullptr)) {
            ++count;
            s.seen.add(i);
        }
    }
    auto const least = s.n.min_contains.value_or(1);
    if (count < least)
        return fail(
            s, "must have at least " + counted(least, "element") + " of the kind that it contains");
    if (s.n.max_contains && count > *s.n.max_contains)
        return fail(
            s,
            "must have at most " + counted(*s.n.max_contains, "element") +
                " of the kind that it contains");
    return true;
}

bool evaluation::object(subject const& s, json::object const& members)
{
    bool fits = required(s, members);
    auto const also = [&](auto&& test) {
        if (fits || goes_on(s))
            fits = test() && fits;
    };
    also([&] { return named(s, members); });
    also([&] { return other(s, members); });
    also([&] { return sizes_of(s, members); });
    for (auto const& [name, schema] : s.n.dependent_schemas)
        if (members.contains(name))
            also([&, n = schema] { return check(*n, s.value, s.at, s.seen, s.out); });
    return fits;
}

bool evaluation::sizes_of(subject const& s, json::object const& members)
{
    auto const& n = s.n;
    bool fits = true;
    if (n.min_properties && members.size() < *n.min_properties)
        fits = fail(s, "must have at least " + counted(*n.min_properties, "member"));
    if (n.max_properties && members.size() > *n.max_properties)
        fits = fail(s, "must have at most " + counted(*n.max_properties, "member"));
    return fits;
}

bool evaluation::required(subject const& s, json::object const& members)
{
    bool fits = true;
    pay(s.n.required.size());
    auto const missing = [&](std::string_view name, std::string why) {
        place const here{name, &s.at};
        fits = fail({s.n, s.value, here, s.seen, s.out}, std::move(why));
    };
    for (auto const name : s.n.required)
        if (!members.contains(name) && (fits || goes_on(s)))
            missing(name, "missing");
    for (auto const& [because, names] : s.n.dependent_required) {
        if (!members.contains(because))
            continue;
        pay(names.size());
        for (auto const name : names)
            if (!members.contains(name) && (fits || goes_on(s)))
                missing(name, "missing; it is needed beside " + quoted(because));
    }
    return fits;
}

// The members that `properties` names, in its order.
bool evaluation::named(subject const& s, json::object const& members)
{
    bool fits = true;
    pay(s.n.properties.size());
    for (auto const& [name, schema] : s.n.properties) {
        auto const* which = members.find(name);
        if (which == members.end() || (!fits && !goes_on(s)))
            continue;
        auto const i = static_cast<std::size_t>(which - members.begin());
        fits = member(s, *schema, *which, i) && fits;
    }
    return fits;
}

// What is told of the members by their names alone.
bool evaluation::other(subject const& s, json::object const& members)
{
    auto const& n = s.n;
    if (n.pattern_properties.empty() && !n.additional_properties && !n.property_names)
        return true;
    bool fits = true;
    std::size_t i = 0;
    for (auto const& which : members) {
        auto const index = i++;
        std::string_view const name = which.key();
        if (!fits && !goes_on(s))
            break;
        pay();
        if (n.property_names) {
            findings reasons(1);
            place const nowhere{"name"};
            if (!check(*n.property_names, json::value(name), nowhere, s.out ? &reasons : nullptr)) {
                auto const why = reasons.list().empty() ? "" : reasons.list().front().why;
                fits = fail(s, "the name of the member " + quoted(name) + ' ' + why);
            }
        }
        bool known = n.property_schemas && n.property_schemas->contains(name);
        for (auto const& [expression, schema] : n.pattern_properties) {
            if (occurs(expression, name)) {
                known = true;
                fits = member(s, *schema, which, index) && fits;
            }
        }
        if (!known && n.additional_properties) {
            bool const none = n.additional_properties->always == false;
            fits = (none ? unknown(s, name) : member(s, *n.additional_properties, which, index)) &&
                   fits;
        }
    }
    return fits;
}

bool evaluation::member(
    subject const& s, node const& n, json::key_value_pair const& which, std::size_t i)
{
    place const here{which.key(), &s.at};
    s.seen.add(i);
    return check(n, which.value(), here, s.out);
}

bool evaluation::unknown(subject const& s, std::string_view name)
{
    if (!s.out)
        return false;
    std::vector<std::string_view> names;
    for (auto const& known : s.n.properties)
        names.push_back(known.first);
    pay(10 * names.size());
    return fail(s, unknown_name("member", name, names));
}

bool evaluation::unevaluated(subject const& s)
{
    bool fits = true;
    auto const* elements = s.value.if_array();
    if (elements && s.n.unevaluated_items) {
        for (std::size_t i = 0; i < elements->size() && (fits || goes_on(s)); ++i)
            if (!s.seen.has(i))
                fits = element(s, *s.n.unevaluated_items, *elements, i) && fits;
        s.seen.add_all();
    }
    auto const* members = s.value.if_object();
    if (members && s.n.unevaluated_properties) {
        std::size_t i = 0;
        for (auto const& which : *members) {
            auto const index = i++;
            if (s.seen.has(index) || (!fits && !goes_on(s)))
                continue;
            bool const none = s.n.unevaluated_properties->always == false;
            fits = (none ? unknown(s, which.key())
                         : member(s, *s.n.unevaluated_properties, which, index)) &&
                   fits;
        }
        s.seen.add_all();
    }
    return fits;
}

}  // namespace mcp::json_schema
