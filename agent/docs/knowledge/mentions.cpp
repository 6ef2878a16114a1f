#include "agent/docs/knowledge/mentions.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <cctype>

namespace agent {
namespace {

constexpr std::size_t searched = 16 << 10;

bool in_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Whether a word ends at `at` of `text`.
bool ends(std::string_view text, std::size_t at)
{
    return at >= text.size() || !in_word(text[at]);
}

}  // namespace

std::string searchable(std::string_view text)
{
    return mcp::lower(text.substr(0, searched));
}

std::vector<mention> mentions(std::string_view text, std::string_view word)
{
    bool const any_ending = word.ends_with('*');
    if (any_ending)
        word.remove_suffix(1);
    std::vector<mention> out;
    if (word.empty())
        return out;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        auto end = at + word.size();
        if (in_word(word.front()) && at > 0 && in_word(text[at - 1]))
            continue;
        if (in_word(word.back()) && !any_ending && !ends(text, end)) {
            if (text[end] != 's' || !ends(text, end + 1))
                continue;
            ++end;
        }
        out.push_back({at, end});
    }
    return out;
}

bool mentions_any(std::string_view text, std::vector<std::string> const& words)
{
    return std::ranges::any_of(
        words, [text](std::string const& word) { return !mentions(text, word).empty(); });
}

}  // namespace agent
