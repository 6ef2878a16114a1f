#pragma once

// What a check has to say about a place in a file. Values alone.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent::checks {

enum class severity { error, warning };

constexpr std::string_view name_of(severity s)
{
    return s == severity::error ? "error" : "warning";
}

// Both from 1; a column counts code points.
struct position {
    std::size_t line = 1;
    std::size_t column = 1;
    bool operator==(position const&) const = default;
};

struct text_range {
    std::size_t begin = 0;  // bytes from the start of the file
    std::size_t end = 0;    // one past
    position from;
    position to;  // one past
};

// The bytes from begin to end become `text`.
struct text_edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
};

struct finding {
    std::string rule;
    checks::severity severity = severity::error;
    std::string path;
    text_range range;
    std::string message;         // what is wrong, and what to do instead
    std::vector<text_edit> fix;  // in order, not overlapping; empty: there is none to do blindly
    std::string page;            // URL of the documentation that the rule follows
    bool secret = false;         // what stands there is not to be shown
};

}  // namespace agent::checks
