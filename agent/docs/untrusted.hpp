#pragma once

// Documentation is written by whoever registered a library, and a model reads it: what is addressed
// to an AI instead of a reader is taken out before. That does not make a text trustworthy; it is
// quoted as data all the same. Pure. Source: reference/context7.md 5 row 1 ("ContextCrush").

#include <string>
#include <string_view>

namespace agent {

struct cleaned_text {
    std::string text;
    int instructions = 0;  // how many places were addressed to an AI
};

// Of Markdown without: paragraphs that give orders to an AI ("ignore previous instructions", "you
// are now an assistant that …", "system: you …"), what imitates a host's tags (<tool_result>,
// <|im_start|>, …), comments that nobody sees, hidden characters and escape sequences, encoded text
// of more than 2 KB, and what a line has beyond 20 KB. Of code blocks in a programming language
// only the tags, the hidden and the encoded.
cleaned_text without_instructions(std::string_view markdown);

}  // namespace agent
