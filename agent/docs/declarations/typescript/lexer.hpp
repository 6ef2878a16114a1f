#pragma once

// TypeScript's tokens, as far as the scanner of declarations tells them apart. Comments vanish but
// for JSDoc. Whatever the bytes are, each call takes at least one of them or says `end`.

#include <cstddef>
#include <string_view>

namespace agent::typescript {

enum class lexeme {
    end,
    word,   // names, keywords, numbers
    text,   // a string, or the last part of a template
    hole,   // a part of a template, up to its ${
    doc,    // what is between /** and */
    arrow,  // =>
    sign,   // any other character
};

struct token {
    lexeme kind = lexeme::end;
    bool new_line = false;  // something before it, since the last token that is no doc, had one
    char sign = 0;
    std::string_view text;
};

class lexer {
public:
    explicit lexer(std::string_view source) : source_(source) {}

    token next();

    // After the } of a hole: the template goes on.
    token rest_of_template();

private:
    token finish(lexeme kind, std::size_t begin, std::size_t end);
    token template_from(std::size_t from);
    bool skip_comment();
    void skip_space();

    std::string_view source_;
    std::size_t at_ = 0;
    bool new_line_ = false;
};

// How many bytes of `text`, which starts with a quote, the string takes; an open one ends with its
// line.
std::size_t quoted_size(std::string_view text);

}  // namespace agent::typescript
