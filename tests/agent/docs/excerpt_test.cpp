#include "agent/docs/excerpt.hpp"

#include <doctest/doctest.h>

namespace excerpt_test {

using namespace agent;

TEST_CASE("an excerpt ends with a whole line and never inside a character")
{
    CHECK(excerpt("short", 10) == "short");
    CHECK(excerpt("one\ntwo\nthree", 9) == "one\ntwo\n…");
    CHECK(excerpt("äääää", 5) == "ää\n…");
}

TEST_CASE("an excerpt closes the code block that it cuts")
{
    CHECK(excerpt("```ts\na\nb\nc\n```\n", 9) == "```ts\na\nb\n```\n…");
    CHECK(excerpt("```ts\na\n```\nprose\nmore", 18) == "```ts\na\n```\nprose\n…");
}

TEST_CASE("code points are counted, not bytes")
{
    CHECK(first_code_points("äöü", 2) == "äö");
    CHECK(first_code_points("ab", 5) == "ab");
    CHECK(first_code_points("", 5).empty());
}

}  // namespace excerpt_test
