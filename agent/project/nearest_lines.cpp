#include "agent/project/nearest_lines.hpp"

#include <algorithm>
#include <cstdint>

namespace agent {

namespace {

constexpr std::size_t compared = 200;  // bytes of a line; more says nothing new

std::string_view trimmed(std::string_view line)
{
    auto const begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    line.remove_prefix(begin);
    line.remove_suffix(line.size() - 1 - line.find_last_not_of(" \t\r"));
    return line.substr(0, compared);
}

// Sorted pairs of neighbouring bytes: two lines are as alike as the pairs they share (Dice).
std::vector<std::uint16_t> pairs(std::string_view line)
{
    std::vector<std::uint16_t> out;
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        auto const first = static_cast<unsigned char>(line[i]);
        auto const second = static_cast<unsigned char>(line[i + 1]);
        out.push_back(static_cast<std::uint16_t>(first << 8 | second));
    }
    std::sort(out.begin(), out.end());
    return out;
}

double likeness(std::vector<std::uint16_t> const& a, std::vector<std::uint16_t> const& b)
{
    std::size_t shared = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j]) {
            ++shared;
            ++i;
            ++j;
        } else {
            ++(a[i] < b[j] ? i : j);
        }
    }
    auto const all = a.size() + b.size();
    return all == 0 ? 0 : 2.0 * static_cast<double>(shared) / static_cast<double>(all);
}

}  // namespace

std::vector<near_line>
nearest_lines(std::string_view text, std::string_view wanted, std::size_t count)
{
    auto const target = pairs(trimmed(wanted));
    std::vector<near_line> best;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size() && !target.empty();) {
        auto const end = std::min(text.find('\n', at), text.size());
        auto const line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        auto const size = trimmed(line).size();
        if (size * 4 < target.size() || target.size() * 4 < size)
            continue;
        auto const score = likeness(pairs(trimmed(line)), target);
        if (score < 0.5)
            continue;
        near_line const found{number, line, score};
        auto const place = std::find_if(best.begin(), best.end(), [score](near_line const& other) {
            return other.likeness < score;
        });
        best.insert(place, found);
        if (best.size() > count)
            best.pop_back();
    }
    return best;
}

}  // namespace agent
