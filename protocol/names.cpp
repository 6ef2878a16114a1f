#include "protocol/names.hpp"

#include <algorithm>
#include <utility>

namespace mcp {
namespace {

// How many letters to add, drop or change to get from one to the other (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
            diagonal = row[j];
            row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string quoted(std::string_view name)
{
    constexpr std::size_t longest = 40;
    std::string out;
    for (char const c : name.substr(0, longest))
        out += c >= ' ' && c != '"' && c != '\x7f' ? c : '?';
    return '"' + out + (name.size() > longest ? "...\"" : "\"");
}

std::string_view closest(std::string_view name, std::vector<std::string_view> const& names)
{
    constexpr std::size_t longest = 64;  // the distance costs the product of the lengths
    std::string_view best;
    auto least = name.size() / 3 + 2;
    for (auto const candidate : names) {
        if (name.size() > longest || candidate.size() > longest)
            continue;
        auto const d = distance(name, candidate);
        if (d < least && d < candidate.size()) {
            best = candidate;
            least = d;
        }
    }
    return best;
}

std::string unknown_name(
    std::string_view kind, std::string_view name, std::vector<std::string_view> const& names)
{
    auto out = "no " + std::string(kind) + ' ' + quoted(name);
    if (auto const meant = closest(name, names); !meant.empty())
        return out + "; did you mean " + quoted(meant) + '?';
    if (names.empty())
        return out + "; there are none";
    out += "; there are ";
    for (std::size_t i = 0; i < names.size() && i < 20; ++i)
        out.append(i ? ", " : "").append(names[i]);
    return out;
}

}  // namespace mcp
