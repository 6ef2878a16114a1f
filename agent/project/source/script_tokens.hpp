#pragma once

// TypeScript and JavaScript as a flat list of tokens: enough to find imports, exports, directives
// and configuration without being fooled by comments, strings, templates and regular expressions.
// Tolerant: JSX text, and source that does not parse, give odd tokens but never an error. Pure.

#include <cstddef>
#include <string_view>
#include <vector>

namespace agent {

enum class token_kind {
    word,           // identifiers and keywords
    punctuation,    // one character
    string,         // what is between the quotes, escapes as written
    template_text,  // a piece of a template between its ` and ${ }; the code in ${ } is tokens
    number,
    regex,
};

struct token {
    token_kind kind = token_kind::punctuation;
    std::string_view text;  // into the source
    std::size_t line = 1;
    int depth = 0;      // how many of { ( [ are open around it
    bool whole = true;  // of a template: there is no ${ } in it

    bool is(std::string_view word_or_mark) const
    {
        return (kind == token_kind::word || kind == token_kind::punctuation) &&
               text == word_or_mark;
    }
};

// The source must outlive the tokens. Linear time; at most 1,000,000 tokens. Comments are no
// tokens; those of JSDoc are told besides, where that is asked for.
std::vector<token>
tokenize(std::string_view source, std::vector<std::string_view>* doc_comments = nullptr);

}  // namespace agent
