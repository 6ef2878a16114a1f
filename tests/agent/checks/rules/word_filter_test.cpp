#include "agent/checks/rules/line_index.hpp"
#include "agent/checks/rules/word_filter.hpp"

#include <doctest/doctest.h>

namespace word_filter_test {

using agent::checks::line_index;
using agent::checks::position;
using agent::checks::word_filter;

TEST_CASE("words are found whole, and by how they begin")
{
    word_filter filter;
    auto const word = filter.add("updateTag");
    auto const prefix = filter.add("sk_live_*");
    CHECK(filter.add("updateTag") == word);
    auto const has = [&](std::string_view text, std::size_t n) -> bool {
        return filter.scan(text)[n];
    };
    CHECK(has("a.updateTag('x')", word));
    CHECK(has("updateTag", word));
    CHECK(!has("updateTags updatetag $updateTag x_updateTag", word));
    CHECK(!has("", word));
    CHECK(has("'sk_live_abc'", prefix));
    CHECK(has("sk_live_", prefix));
    CHECK(!has("xsk_live_a sk_liv", prefix));
}

TEST_CASE("directives are told from words, and those that come late from those that come first")
{
    word_filter filter;
    auto const client = filter.add("'use client'");
    auto const server = filter.add("'use server'");
    auto const late = filter.add("'use late'");
    auto const scan = [&](std::string_view text) {
        auto const found = filter.scan(text);
        return std::string(found[client] ? "c" : "") + (found[server] ? "s" : "") +
               (found[late] ? "l" : "");
    };
    CHECK(scan("'use client'\nimport a from 'b'") == "c");
    CHECK(scan("\n  \"use client\"") == "c");
    CHECK(scan("// first\n'use server'") == "sl");
    CHECK(scan("'use client'\n'use server'") == "csl");
    CHECK(scan("`use server`") == "sl");
    CHECK(scan("use client, use server").empty());
    CHECK(scan("'use clientele") == "c");
    CHECK(scan("use").empty());
}

TEST_CASE("lines and columns are those that an editor shows")
{
    line_index const lines("aé😀b\r\n\nlast");
    CHECK(lines.lines() == 3);
    CHECK(lines.at(0) == position{1, 1});
    CHECK(lines.at(7) == position{1, 4});
    CHECK(lines.at(10) == position{2, 1});
    CHECK(lines.at(999) == position{3, 5});
    CHECK(lines.line(1) == "aé😀b");
    CHECK(lines.line(2).empty());
    CHECK(lines.line(3) == "last");
    CHECK(lines.line(4).empty());
    CHECK(line_index("").at(0) == position{1, 1});
}

}  // namespace word_filter_test
