#include "protocol/cursor.hpp"

#include <doctest/doctest.h>

namespace cursor_test {

TEST_CASE("a cursor is a position in one list, and nothing else is")
{
    auto const cursor = mcp::cursor_at(100, "tools");
    CHECK(mcp::position_of(cursor, "tools") == 100);
    CHECK_FALSE(mcp::position_of(cursor, "prompts"));
    CHECK_FALSE(mcp::position_of("", "tools"));
    CHECK_FALSE(mcp::position_of("100", "tools"));
    CHECK_FALSE(mcp::position_of(cursor + "A", "tools"));
}

}  // namespace cursor_test
