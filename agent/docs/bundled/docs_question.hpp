#pragma once

// From a question in free text to a full-text query, and from its hits to a varied answer. Pure.

#include "agent/docs/bundled/next_pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The question's words as FTS5 terms, any of which may match: names of functions and neighbouring
// words weigh more, words with a known newer name bring that name along. Every term is quoted, so
// no question is a syntax error. Empty where the question has no word.
std::string match_expression(std::string_view question);

// The Pages Router where the question names something of it, else the App Router.
next_router asked_router(std::string_view question);

struct docs_hit {
    std::string file;
    std::string title;
    std::string text;
    double score = 0;  // greater is better
};

// How much a section is worth to who writes a backend and asked this: 1 for most, more where the
// question names the page, less for what is about interfaces, platforms and history.
double section_weight(docs_hit const& hit, std::string_view question);

// The best `count` by weighted score, where each further section of a file counts for less.
std::vector<docs_hit>
varied(std::vector<docs_hit> hits, std::string_view question, std::size_t count);

}  // namespace agent
