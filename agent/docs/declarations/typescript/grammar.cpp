#include "agent/docs/declarations/typescript/grammar.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent::typescript {

namespace {

template <std::size_t Size>
bool among(std::string_view word, std::array<std::string_view, Size> const& words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<declared> kind_of(std::string_view keyword)
{
    static constexpr std::array<std::pair<std::string_view, declared>, 11> kinds{{
        {"interface", declared::interface},
        {"type", declared::type},
        {"const", declared::constant},
        {"function", declared::function},
        {"class", declared::interface},
        {"namespace", declared::space},
        {"enum", declared::enumeration},
        {"module", declared::space},
        {"global", declared::space},
        {"let", declared::constant},
        {"var", declared::constant},
    }};
    for (auto const& [word, kind] : kinds)
        if (word == keyword)
            return kind;
    return {};
}

bool has_body(declared kind)
{
    return kind == declared::space || kind == declared::interface || kind == declared::enumeration;
}

bool modifies_declaration(std::string_view word)
{
    static constexpr std::array<std::string_view, 5> words{
        "export", "declare", "default", "abstract", "async"};
    return among(word, words);
}

bool modifies_parameter(std::string_view word)
{
    static constexpr std::array<std::string_view, 5> words{
        "public", "private", "protected", "readonly", "override"};
    return among(word, words);
}

bool goes_on(token const& before, token const& next, bool among_members)
{
    static constexpr std::array<std::string_view, 12> left_open{
        "extends",
        "implements",
        "keyof",
        "typeof",
        "infer",
        "is",
        "as",
        "readonly",
        "new",
        "asserts",
        "unique",
        "abstract"};
    static constexpr std::array<std::string_view, 4> continuing{
        "extends", "implements", "from", "as"};
    constexpr std::string_view open_signs = "|&=:,([{<.?!-+@";
    constexpr std::string_view continuing_signs = "|&.=?:>{";
    if (before.kind == lexeme::arrow || next.kind == lexeme::arrow)
        return true;
    if (before.kind == lexeme::sign && open_signs.find(before.sign) != std::string_view::npos)
        return true;
    if (before.kind == lexeme::word && among(before.text, left_open))
        return true;
    if (next.kind == lexeme::sign)
        return continuing_signs.find(next.sign) != std::string_view::npos ||
               (!among_members && (next.sign == '(' || next.sign == '<'));
    return next.kind == lexeme::word &&
           (among_members ? next.text == "extends" : among(next.text, continuing));
}

}  // namespace agent::typescript
