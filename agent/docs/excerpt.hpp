#pragma once

// Less of a text, ending where it may end. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace agent {

// At most `bytes` of Markdown and a mark that more was there: whole lines, or where there is no
// line end whole characters. A code block that the cut leaves open is closed.
std::string excerpt(std::string_view markdown, std::size_t bytes);

// The first `count` code points of valid UTF-8.
std::string_view first_code_points(std::string_view text, std::size_t count);

}  // namespace agent
