#pragma once

// Whether a text speaks of something. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct mention {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// In lower case, and no longer than what it pays to search: a task's point is at its beginning.
std::string searchable(std::string_view text);

// Every place where `word` (in lower case) stands as a whole word of `text`, or as one with a
// plural s; "cach*" matches every word that begins so. What is not a letter or a digit is between
// words, so that "redis" is also found in "@upstash/redis".
std::vector<mention> mentions(std::string_view text, std::string_view word);

bool mentions_any(std::string_view text, std::vector<std::string> const& words);

}  // namespace agent
