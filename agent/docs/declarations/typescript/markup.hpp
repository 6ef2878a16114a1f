#pragma once

// Writes lines of a comment's prose as Markdown. `prose.cpp` drives it, line by line.

#include <cstddef>
#include <string>
#include <string_view>

namespace agent::typescript {

class markup {
public:
    explicit markup(std::string& out) : out_(out), begin_(out.size()) {}

    void line(std::string_view text);
    void code_line(std::string_view text);

    // Blank lines do not follow each other, nor does one come first.
    void blank_line();

private:
    void inline_text(std::string_view text);
    std::size_t inline_tag(std::string_view text);
    std::size_t html(std::string_view text);
    void element(std::string_view name, bool closes, std::string_view attributes);
    void block(bool closes);
    void paragraph();
    void trim();

    std::string& out_;
    std::size_t begin_;
    std::size_t blocks_ = 0;  // HTML elements open in which a line's end means nothing
    std::size_t lists_ = 0;
    std::size_t fresh_ = std::string::npos;  // where a list item or a label has just begun
    std::string link_;
    bool in_link_ = false;
    bool in_code_ = false;
    bool html_ = false;  // so entities are entities
};

}  // namespace agent::typescript
