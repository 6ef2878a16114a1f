#pragma once

// From a question in free text to a full-text query, and from its hits to a varied answer. Pure.

#include "agent/docs/bundled/index/vocabulary.hpp"
#include "agent/docs/bundled/pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// A question as search terms, lower case, each once.
struct docs_terms {
    std::vector<std::string> asked;  // its own words, common ones left out, names also in parts
    std::vector<std::string> meant;  // what documentation writes for them
};
// `package`: whose documentation is asked.
docs_terms terms_of(std::string_view question, vocabulary const& known, std::string_view package);

// The Pages Router where the question names something of it, else the App Router.
next_router asked_router(std::string_view question);

struct docs_hit {
    std::string file;
    std::string title;
    std::string text;
    double score = 0;   // greater is better
    long long row = 0;  // where the index has its text
};

// The best `count`: by weighted score, where a section gains by its page's other sections that
// match, and each further section of a file counts for less.
std::vector<docs_hit>
varied(std::vector<docs_hit> hits, std::string_view question, std::size_t count);

}  // namespace agent
