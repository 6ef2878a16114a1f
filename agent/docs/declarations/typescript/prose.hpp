#pragma once

// The text of a JSDoc block as Markdown: inline tags resolved, the HTML that some packages write
// (@aws-sdk) translated, code blocks left as they are. Pure, linear, total.

#include <string>
#include <string_view>

namespace agent::typescript {

// The next line of a comment without its asterisk, the blank behind it, and white space at its end;
// `comment` advances.
std::string_view take_comment_line(std::string_view& comment);

// Follows ``` and ~~~ blocks from line to line.
class code_fence {
public:
    // Whether the line belongs to a code block, its first and last line included.
    bool holds(std::string_view line);

    bool open() const { return !marks_.empty(); }
    std::string_view marks() const { return marks_; }

private:
    std::string_view marks_;  // into the line that opened the block
};

// What comes before the next blank line that is in no code block; `markdown` advances behind it.
std::string_view take_block(std::string_view& markdown);

// Appends what the lines of a comment say. Headings become bold lines; a code block that is never
// closed is closed at the end.
void append_prose(std::string& out, std::string_view comment);

// Appends the lines of a comment that are code as they are; blank lines at both ends are left out.
void append_code(std::string& out, std::string_view comment);

}  // namespace agent::typescript
