#include "protocol/rpc/line_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace line_buffer_test {

namespace {

// Feeds `bytes` in pieces of `piece`, and gives back the lines; one that was too long is "#".
std::vector<std::string> lines(std::string_view bytes, std::size_t piece, std::size_t limit = 100)
{
    mcp::line_buffer buffer(limit);
    std::vector<std::string> out;
    auto const keep = [&](std::optional<mcp::line_buffer::line> line) {
        if (line)
            out.push_back(line->too_long ? "#" : std::string(line->text));
        return line.has_value();
    };
    while (!bytes.empty()) {
        auto const room = buffer.room();
        auto const n = std::min({piece, bytes.size(), room.size()});
        std::copy_n(bytes.begin(), n, room.begin());
        buffer.received(n);
        bytes.remove_prefix(n);
        while (keep(buffer.next())) {
        }
    }
    while (keep(buffer.rest())) {
    }
    return out;
}

}  // namespace

TEST_CASE("lines are the same however the bytes are split")
{
    std::string const bytes = "one\n\ntwo\r\n\r\n{\"a\":\"\\n\"}\n \nthree\r\rx\r\nlast";
    std::vector<std::string> const expected{
        "one", "two", "{\"a\":\"\\n\"}", " ", "three\r\rx", "last"};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
        CHECK(lines(bytes, piece) == expected);
}

TEST_CASE("the unfinished last line counts, unless it is empty")
{
    using all = std::vector<std::string>;
    CHECK(lines("a\nb", 1) == all{"a", "b"});
    CHECK(lines("a\nb\r", 2) == all{"a", "b"});
    CHECK(lines("a\n", 2) == all{"a"});
    CHECK(lines("a\n\r", 3) == all{"a"});
    CHECK(lines("", 1).empty());
}

TEST_CASE("a line that is too long is reported once, and the next one is read")
{
    using all = std::vector<std::string>;
    std::string const fits(10, 'a');
    for (std::size_t piece = 1; piece < 60; ++piece) {
        CHECK(lines(fits + "\nb\n", piece, 10) == all{fits, "b"});
        CHECK(lines(fits + "\r\nb\n", piece, 10) == all{fits, "b"});
        CHECK(lines(fits + "a\nb\n", piece, 10) == all{"#", "b"});
        CHECK(lines("x\n" + std::string(50, 'a') + "\nb", piece, 10) == all{"x", "#", "b"});
        CHECK(lines(std::string(50, 'a'), piece, 10) == all{"#"});
    }
}

TEST_CASE("a line without end takes no more memory than the limit allows")
{
    mcp::line_buffer buffer(1 << 20);
    std::size_t largest = 0;
    int reported = 0;
    for (int i = 0; i < 10'000; ++i) {
        auto const room = buffer.room();
        largest = std::max(largest, room.size());
        std::fill(room.begin(), room.end(), 'a');
        buffer.received(room.size());
        while (buffer.next())
            ++reported;
    }
    CHECK(reported == 1);
    CHECK(largest <= 2 * (1 << 20) + 4);
}

}  // namespace line_buffer_test
