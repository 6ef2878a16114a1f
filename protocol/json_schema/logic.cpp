// Subschemas that apply to the same value: all of them, some of them, one or none.

#include "protocol/json_schema/evaluation.hpp"

#include <algorithm>

namespace mcp::json_schema {

bool evaluation::logic(subject const& s)
{
    bool fits = true;
    auto const also = [&](auto&& test) {
        if (fits || goes_on(s))
            fits = test() && fits;
    };
    for (auto const* n : s.n.all_of)
        also([&] { return check(*n, s.value, s.at, s.seen, s.out); });
    if (!s.n.any_of.empty())
        also([&] { return any_of(s); });
    if (!s.n.one_of.empty())
        also([&] { return one_of(s); });
    if (s.n.not_)
        also([&] {
            bool const excluded = check(*s.n.not_, s.value, s.at, nullptr);
            return !excluded || fail(s, "is what its schema excludes");
        });
    also([&] { return condition(s); });
    return fits;
}

// Which fit, until there are `enough`; and of those that do not, why.
std::vector<std::size_t> evaluation::fitting(
    subject const& s,
    std::vector<node const*> const& among,
    std::size_t enough,
    std::vector<findings>& reasons)
{
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < among.size() && out.size() < enough; ++i) {
        findings why(s.out ? s.out->most() : 0);
        if (check(*among[i], s.value, s.at, s.seen, s.out ? &why : nullptr))
            out.push_back(i);
        else if (s.out)
            reasons.push_back(std::move(why));
    }
    return out;
}

bool evaluation::any_of(subject const& s)
{
    // One is enough, unless it matters what each has looked at.
    auto const enough = s.seen.wanted() ? s.n.any_of.size() : 1;
    std::vector<findings> reasons;
    return !fitting(s, s.n.any_of, enough, reasons).empty() || none_fits(s, s.n.any_of, reasons);
}

bool evaluation::one_of(subject const& s)
{
    std::vector<findings> reasons;
    auto const found = fitting(s, s.n.one_of, 2, reasons);
    if (found.empty())
        return none_fits(s, s.n.one_of, reasons);
    if (found.size() == 1)
        return true;
    return fail(
        s,
        "fits the alternatives " + std::to_string(found[0] + 1) + " and " +
            std::to_string(found[1] + 1) + " of " + std::to_string(s.n.one_of.size()) +
            ", but must fit only one");
}

bool evaluation::none_fits(
    subject const& s, std::vector<node const*> const& among, std::vector<findings>& reasons)
{
    if (!s.out)
        return false;
    pay(among.size());
    // Choices with a title each are written as alternatives (elicitation's forms).
    if (std::all_of(among.begin(), among.end(), [](node const* n) { return n->constant; })) {
        std::vector<json::value const*> choices;
        choices.reserve(among.size());
        for (auto const* n : among)
            choices.push_back(n->constant);
        return fail(s, not_a_choice(choices, s.value), true);
    }
    std::stable_sort(reasons.begin(), reasons.end(), [](auto const& a, auto const& b) {
        return a.distance() < b.distance();
    });
    if (reasons.size() == 1) {
        s.out->add(reasons.front());
        return false;
    }
    // Told of the nearest ones: of the others it says nothing that they do not fit.
    constexpr std::size_t told = 3;
    bool const misfit = reasons.front().misfit();
    std::string why;
    for (std::size_t i = 0; i < reasons.size() && i < told; ++i)
        if (!reasons[i].list().empty() && reasons[i].misfit() == misfit)
            why.append(why.empty() ? "" : "; or ").append(reasons[i].list().front().text());
    return fail(
        s, "fits none of " + std::to_string(among.size()) + " alternatives (" + why + ')', misfit);
}

bool evaluation::condition(subject const& s)
{
    if (!s.n.if_ || (!s.n.then_ && !s.n.else_ && !s.seen.wanted()))
        return true;
    bool const holds = check(*s.n.if_, s.value, s.at, s.seen, nullptr);
    auto const* n = holds ? s.n.then_ : s.n.else_;
    return !n || check(*n, s.value, s.at, s.seen, s.out);
}

}  // namespace mcp::json_schema
