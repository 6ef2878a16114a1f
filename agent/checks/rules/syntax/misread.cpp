#include "agent/checks/rules/syntax/misread.hpp"

#include <algorithm>
#include <cctype>

namespace agent::checks {

namespace {

constexpr std::size_t longest = 4000;  // bytes that are looked back

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

// The < that the > at `end` closes; npos if there is none that is right behind a name.
std::size_t opening(std::string_view text, std::size_t end)
{
    int depth = 0;
    int braces = 0;
    auto const first = end > longest ? end - longest : 0;
    for (auto at = end;; --at) {
        char const c = text[at];
        if (c == '>' && (at == 0 || text[at - 1] != '='))
            ++depth;
        else if (c == '<' && --depth == 0)
            return at > 0 && is_word(text[at - 1]) ? at : std::string_view::npos;
        else if (c == '}' || c == '{')
            braces += c == '}' ? 1 : -1;
        else if (c == '`' || (c == ';' && braces == 0))
            return std::string_view::npos;
        if (at == first)
            return std::string_view::npos;
    }
}

void blank(std::string& text, std::size_t begin, std::size_t end)
{
    for (auto at = begin; at < end; ++at)
        if (text[at] != '\n')
            text[at] = ' ';
}

// Whether what is before an ampersand is the text of an element: words behind the > of a tag.
bool is_jsx_text(std::string_view text, std::size_t ampersand)
{
    auto const first = ampersand > longest ? ampersand - longest : 0;
    bool words = false;
    for (auto at = ampersand; at > first; --at) {
        char const c = text[at - 1];
        if (c == '>') {
            char const before = at > 1 ? text[at - 2] : ' ';
            return words && before != '=' && before != ' ';
        }
        if (std::string_view("<{};=|()").find(c) != std::string_view::npos)
            return false;
        words = words || is_word(c);
    }
    return false;
}

}  // namespace

std::optional<std::string> without_misread(std::string_view text, bool jsx)
{
    std::optional<std::string> out;
    auto const copy = [&]() -> std::string& {
        if (!out)
            out.emplace(text);
        return *out;
    };
    int tries = 0;  // looking back takes its time
    for (auto at = text.find(">`"); at != std::string_view::npos && ++tries < 1000;
         at = text.find(">`", at + 1))
        if (auto const begin = opening(text, at); begin != std::string_view::npos)
            blank(copy(), begin, at + 1);
    if (!jsx)
        return out;
    for (auto at = text.find('&'); at != std::string_view::npos && ++tries < 2000;
         at = text.find('&', at + 1)) {
        bool const alone =
            at + 1 == text.size() || std::isspace(static_cast<unsigned char>(text[at + 1])) != 0;
        if (alone && is_jsx_text(text, at))
            blank(copy(), at, at + 1);
    }
    return out;
}

}  // namespace agent::checks
