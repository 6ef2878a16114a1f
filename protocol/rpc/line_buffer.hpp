#pragma once

// The one framer: bytes in, lines out. A line ends with a newline; a carriage return before it is
// not part of it, and empty lines are passed over (basic/transports/stdio). A line longer than the
// limit is reported once and skipped up to its newline in bounded memory, so that one bad message
// does not cost the connection. Does no I/O: the owner reads into room() and says how much came.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace mcp {

class line_buffer {
public:
    struct line {
        std::string_view text;  // valid until the next room()
        bool too_long = false;
    };

    explicit line_buffer(std::size_t limit);

    // For the lines that are not yet handed out.
    void limit(std::size_t bytes) { limit_ = bytes; }

    // Where the next bytes go; never empty.
    std::span<char> room();
    void received(std::size_t n);

    // The next complete line.
    std::optional<line> next();

    // After the last byte: an unfinished last line, as if it had ended.
    std::optional<line> rest();

private:
    std::optional<line> take(std::size_t length, std::size_t with_newline);
    void resize(std::size_t capacity);

    std::size_t limit_;
    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;    // first byte not yet handed out
    std::size_t scanned_ = 0;  // no newline between begin_ and here
    std::size_t end_ = 0;
    bool skipping_ = false;  // inside a line that was too long
};

}  // namespace mcp
