#pragma once

// What the type checker or the build says is wrong, told in the names of the user's project.

#include <cstddef>
#include <string>
#include <vector>

namespace agent {

struct diagnostic {
    std::string file;         // relative to the project; empty: about the project as a whole
    std::size_t line = 0;     // from 1; 0: not known
    std::size_t column = 0;   // from 1
    std::string code;         // "TS2554"; "next build"
    std::string message;      // may have lines; at most max_message bytes
    std::string source_line;  // what stands there, without the blanks around it

    bool operator==(diagnostic const&) const = default;
};

inline constexpr std::size_t max_diagnostic_message = 2000;
inline constexpr std::size_t max_source_line = 300;

}  // namespace agent
