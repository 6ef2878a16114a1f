#pragma once

// Where in a text somebody probably meant, who quoted it wrongly. Pure; linear in the text.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct near_line {
    std::size_t number = 0;  // from 1
    std::string_view text;   // into the text
    double likeness = 0;     // 0 to 1
};

// The lines of `text` most like `wanted`, best first, at most `count`, none under one half.
// Indentation does not count.
std::vector<near_line>
nearest_lines(std::string_view text, std::string_view wanted, std::size_t count = 3);

}  // namespace agent
