#include "agent/docs/bundled/index/postings.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace agent {

namespace {

constexpr double saturation = 1.2;  // k1
constexpr double by_length = 0.75;  // b

void append_number(std::string& to, std::uint32_t n)
{
    for (; n >= 0x80; n >>= 7)
        to += static_cast<char>(n | 0x80);
    to += static_cast<char>(n);
}

std::optional<std::uint32_t> take_number(std::string_view& from)
{
    std::uint32_t n = 0;
    for (unsigned shift = 0; shift < 32 && !from.empty(); shift += 7) {
        auto const byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        n |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return n;
    }
    return std::nullopt;
}

}  // namespace

void postings::add(std::uint32_t section, std::uint32_t weight)
{
    append_number(bytes_, section - last_);
    append_number(bytes_, weight);
    last_ = section;
    ++sections_;
}

section_scores::section_scores(std::vector<std::uint16_t> const& lengths)
    : lengths_(lengths), scores_(lengths.size())
{
    auto const sum = std::accumulate(lengths.begin(), lengths.end(), 0.0);
    if (sum > 0)
        mean_ = sum / static_cast<double>(lengths.size());
}

bool section_scores::add(std::string_view postings, std::uint32_t sections, double weight)
{
    auto const all = static_cast<double>(lengths_.size());
    auto const those = std::min(static_cast<double>(sections), all);
    auto const rarity = std::log(1 + (all - those + 0.5) / (those + 0.5));
    std::uint64_t section = 0;
    while (!postings.empty()) {
        auto const step = take_number(postings);
        auto const halves = take_number(postings);
        if (!step || !halves)
            return false;
        section += *step;
        if (section >= lengths_.size())
            return false;
        auto const times = static_cast<double>(*halves) / 2;
        auto const length = static_cast<double>(lengths_[section]) / mean_;
        auto const share =
            times * (saturation + 1) / (times + saturation * (1 - by_length + by_length * length));
        scores_[section] += static_cast<float>(weight * rarity * share);
    }
    return true;
}

}  // namespace agent
