#include "agent/project/source/doc_comment.hpp"

#include <algorithm>
#include <cctype>

namespace agent {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_letter(char c)
{
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

std::size_t after_space(std::string_view text, std::size_t at)
{
    auto const found = text.find_first_not_of(" \t\r\n*", at);
    return found == npos ? text.size() : found;
}

// What stands in quotes at `at`; empty if nothing does.
std::string_view quoted(std::string_view text, std::size_t at)
{
    if (at >= text.size() || (text[at] != '"' && text[at] != '\''))
        return {};
    auto const end = text.find_first_of("\"'\n", at + 1);
    if (end == npos || text[end] != text[at])
        return {};
    return text.substr(at + 1, end - at - 1);
}

// A tag begins a line, after the star.
std::size_t next_tag(std::string_view text, std::size_t from)
{
    for (auto at = text.find('@', from); at != npos; at = text.find('@', at + 1)) {
        auto before = at;
        while (before > 0 &&
               (text[before - 1] == ' ' || text[before - 1] == '\t' || text[before - 1] == '*'))
            --before;
        if (before == 0 || text[before - 1] == '\n')
            return at;
    }
    return npos;
}

// The } that belongs to the { at `open`.
std::size_t closing(std::string_view text, std::size_t open)
{
    int depth = 0;
    for (auto at = open; at < text.size(); ++at) {
        depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
        if (depth == 0)
            return at;
    }
    return npos;
}

void imports_of_type(std::string_view type, std::vector<std::string_view>& out)
{
    constexpr std::string_view word = "import";
    for (auto at = type.find(word); at != npos; at = type.find(word, at + 1)) {
        auto const open = after_space(type, at + word.size());
        if ((at > 0 && is_letter(type[at - 1])) || open >= type.size() || type[open] != '(')
            continue;
        if (auto const name = quoted(type, after_space(type, open + 1)); !name.empty())
            out.push_back(name);
    }
}

}  // namespace

std::vector<std::string_view> doc_comment_imports(std::string_view comment)
{
    std::vector<std::string_view> out;
    for (auto at = next_tag(comment, 0); at != npos;) {
        auto end = at + 1;
        while (end < comment.size() && is_letter(comment[end]))
            ++end;
        auto const tag = comment.substr(at + 1, end - at - 1);
        auto const next = next_tag(comment, end);
        auto const text = comment.substr(end, std::min(next, comment.size()) - end);
        auto const begin = after_space(text, 0);
        if (tag == "import") {
            auto const from = text.rfind("from");
            if (from != npos)
                if (auto const name = quoted(text, after_space(text, from + 4)); !name.empty())
                    out.push_back(name);
        } else if (tag != "example" && begin < text.size() && text[begin] == '{') {
            if (auto const close = closing(text, begin); close != npos)
                imports_of_type(text.substr(begin, close - begin), out);
        }
        at = next;
    }
    return out;
}

}  // namespace agent
