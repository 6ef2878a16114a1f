#include "protocol/json_schema/findings.hpp"

#include "protocol/json_schema/values.hpp"
#include "protocol/json_text.hpp"
#include "protocol/names.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <array>

namespace mcp::json_schema {
namespace {

constexpr std::array<std::pair<kinds, std::string_view>, 7> kind_names{
    {{object_kind, "an object"},
     {array_kind, "an array"},
     {string_kind, "a string"},
     {integer_kind, "an integer"},
     {number_kind, "a number"},
     {boolean_kind, "a boolean"},
     {null_kind, "null"}}};

std::string_view kind_of(json::value const& value)
{
    switch (value.kind()) {
    case json::kind::null:
        return "null";
    case json::kind::bool_:
        return "a boolean";
    case json::kind::string:
        return "a string";
    case json::kind::array:
        return "an array";
    case json::kind::object:
        return "an object";
    default:
        return "a number";
    }
}

}  // namespace

std::string place::text() const
{
    // A peer chose the names: neither their number nor their length may swell an error.
    constexpr std::size_t longest = 400;
    std::vector<place const*> chain;
    for (auto const* p = this; p; p = p->parent)
        chain.push_back(p);
    std::string out;
    for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
        std::string_view const name = (*it)->name;
        bool const simple = name.size() <= 40 && sanitize_line(name, 160) == name &&
                            name.find_first_of(". \"") == std::string_view::npos;
        if (out.size() > longest && it + 1 != chain.rend())
            continue;
        out.append(out.empty() ? "" : ".").append(simple ? std::string(name) : quoted(name));
    }
    return out;
}

void findings::add(finding f)
{
    bool const known = std::any_of(list_.begin(), list_.end(), [&](finding const& other) {
        return other.where == f.where && other.why == f.why;
    });
    if (!full() && !known)
        list_.push_back(std::move(f));
}

void findings::add(findings const& others)
{
    for (auto const& f : others.list_)
        add(f);
}

std::size_t findings::distance() const
{
    return list_.size() + (misfit() ? most_ : 0);
}

bool findings::misfit() const
{
    return std::any_of(list_.begin(), list_.end(), [](finding const& f) { return f.misfit; });
}

std::string wrong_kind(std::uint8_t expected, json::value const& got)
{
    std::vector<std::string_view> names;
    for (auto const& [kind, name] : kind_names)
        if (expected & kind)
            names.push_back(name);
    std::string out = "expected ";
    for (std::size_t i = 0; i < names.size(); ++i)
        out.append(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ").append(names[i]);
    bool const fraction = (expected & integer_kind) && as_number(got);
    return out.append(", got ").append(fraction ? "a number with a fraction" : kind_of(got));
}

std::string shown(json::value const& value)
{
    constexpr std::size_t longest = 60;
    auto const* text = value.if_string();
    bool const simple = text && !text->empty() && sanitize_line(*text) == *text;
    auto out = simple ? std::string(*text) : json_text(value);
    if (out.size() <= longest)
        return out;
    return std::string(cut_utf8(out, longest)) + "...";
}

std::string not_a_choice(std::vector<json::value const*> const& choices, json::value const& got)
{
    constexpr std::size_t most = 20;
    if (choices.size() == 1)
        return "must be " + shown(*choices.front());
    std::string out = "must be one of ";
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        if (auto const* name = choices[i]->if_string())
            names.emplace_back(*name);
        if (i < most)
            out.append(i ? ", " : "").append(shown(*choices[i]));
    }
    if (choices.size() > most)
        out += ", and " + std::to_string(choices.size() - most) + " more";
    auto const* given = got.if_string();
    auto const meant = given ? closest(*given, names) : std::string_view();
    if (!meant.empty())
        out += "; did you mean " + quoted(meant) + '?';
    return out;
}

std::string counted(std::uint64_t n, std::string_view what)
{
    auto out = std::to_string(n).append(" ").append(what);
    return n == 1 ? out : out + 's';
}

}  // namespace mcp::json_schema
