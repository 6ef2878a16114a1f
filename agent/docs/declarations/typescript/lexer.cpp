#include "agent/docs/declarations/typescript/lexer.hpp"

#include <algorithm>
#include <array>

namespace agent::typescript {

namespace {

constexpr auto word_characters = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < table.size(); ++c)
        table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '$' || c == '#' || c >= 0x80;
    return table;
}();

bool in_word(char c)
{
    return word_characters[static_cast<unsigned char>(c)];
}

bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\0' || c == '\v' || c == '\f';
}

}  // namespace

std::size_t quoted_size(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '\n')
            return i;
        else if (text[i] == text[0])
            return i + 1;
    }
    return text.size();
}

token lexer::finish(lexeme kind, std::size_t begin, std::size_t end)
{
    token t{kind, new_line_, source_[begin], source_.substr(begin, end - begin)};
    at_ = end;
    new_line_ = false;
    return t;
}

void lexer::skip_space()
{
    for (; at_ < source_.size(); ++at_) {
        if (source_[at_] == '\n')
            new_line_ = true;
        else if (!blank(source_[at_]))
            return;
    }
}

// At a slash: past the comment that it opens and that is no JSDoc.
bool lexer::skip_comment()
{
    auto const rest = source_.substr(at_);
    if (rest.starts_with("//")) {
        at_ += std::min(rest.find('\n'), rest.size());
        return true;
    }
    if (!rest.starts_with("/*") ||
        (rest.starts_with("/**") && !rest.starts_with("/***") && !rest.starts_with("/**/")))
        return false;
    auto const end = rest.find("*/", 2);
    auto const size = end == std::string_view::npos ? rest.size() : end + 2;
    new_line_ = new_line_ || rest.substr(0, size).find('\n') != std::string_view::npos;
    at_ += size;
    return true;
}

token lexer::next()
{
    for (skip_space(); at_ < source_.size() && source_[at_] == '/' && skip_comment();)
        skip_space();
    if (at_ >= source_.size())
        return {};
    char const c = source_[at_];
    if (in_word(c)) {
        auto end = at_ + 1;
        while (end < source_.size() && in_word(source_[end]))
            ++end;
        return finish(lexeme::word, at_, end);
    }
    if (c == '\'' || c == '"')
        return finish(lexeme::text, at_, at_ + quoted_size(source_.substr(at_)));
    if (c == '`')
        return template_from(at_ + 1);
    if (c == '=' && at_ + 1 < source_.size() && source_[at_ + 1] == '>')
        return finish(lexeme::arrow, at_, at_ + 2);
    if (c == '/' && source_.substr(at_).starts_with("/**")) {
        auto const begin = at_ + 3;
        auto const end = source_.find("*/", begin);
        if (end == std::string_view::npos) {  // it was never closed: it says nothing
            at_ = source_.size();
            return {};
        }
        auto const comment = source_.substr(begin, end - begin);
        new_line_ = new_line_ || comment.find('\n') != std::string_view::npos;
        at_ = end + 2;
        return {lexeme::doc, new_line_, c, comment};
    }
    return finish(lexeme::sign, at_, at_ + 1);
}

token lexer::rest_of_template()
{
    return at_ < source_.size() ? template_from(at_) : token{};
}

token lexer::template_from(std::size_t from)
{
    for (auto end = from; end < source_.size(); ++end) {
        if (source_[end] == '\\')
            ++end;
        else if (source_[end] == '`')
            return finish(lexeme::text, at_, end + 1);
        else if (source_[end] == '$' && source_.substr(end).starts_with("${"))
            return finish(lexeme::hole, at_, end + 2);
    }
    return finish(lexeme::text, at_, source_.size());
}

}  // namespace agent::typescript
