#include "agent/checks/rules/line_index.hpp"

#include <algorithm>

namespace agent::checks {

line_index::line_index(std::string_view text) : text_(text)
{
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        starts_.push_back(at + 1);
}

position line_index::at(std::size_t offset) const
{
    offset = std::min(offset, text_.size());
    auto const after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    position out;
    out.line = static_cast<std::size_t>(after - starts_.begin());
    // A code point is a byte that continues none.
    auto const begin = text_.begin() + static_cast<std::ptrdiff_t>(*(after - 1));
    auto const end = text_.begin() + static_cast<std::ptrdiff_t>(offset);
    out.column += static_cast<std::size_t>(std::count_if(
        begin, end, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    return out;
}

text_range line_index::range(std::size_t begin, std::size_t end) const
{
    return {begin, end, at(begin), at(end)};
}

std::string_view line_index::line(std::size_t number) const
{
    if (number == 0 || number > starts_.size())
        return {};
    auto const begin = starts_[number - 1];
    auto const end = number < starts_.size() ? starts_[number] - 1 : text_.size();
    auto out = text_.substr(begin, end - begin);
    if (out.ends_with('\r'))
        out.remove_suffix(1);
    return out;
}

}  // namespace agent::checks
