#include "protocol/cursor.hpp"
#include "protocol/sealed.hpp"

#include <boost/json/object.hpp>
#include <doctest/doctest.h>

namespace sealed_use_test {

using mcp::seal_context;
using mcp::seal_error;
using mcp::sealer;
using namespace std::chrono_literals;

namespace {

auto const now = sealer::clock::time_point(1'800'000'000s);
seal_context const call{"alice", "tools/call", "digest"};

// What refuses it, or none.
seal_error refusal(sealer& seal, std::string_view sealed, sealer::clock::time_point at = now)
{
    auto const opened = seal.open(sealed, call, at);
    return opened.has_error() ? opened.error() : seal_error::none;
}

}  // namespace

TEST_CASE("of states that were opened the last ten thousand are remembered until they expire")
{
    sealer seal("a key");
    auto const first = seal.seal("first", call, now + 60s);
    CHECK((refusal(seal, first) == seal_error::none));
    for (int i = 0; i < 9'999; ++i)
        REQUIRE((refusal(seal, seal.seal(i, call, now + 60s)) == seal_error::none));
    CHECK((refusal(seal, first) == seal_error::used));
    // One more, and the first is forgotten: the price of bounded memory.
    CHECK((refusal(seal, seal.seal("more", call, now + 60s)) == seal_error::none));
    CHECK((refusal(seal, first) == seal_error::none));
    CHECK((refusal(seal, first, now + 60s) == seal_error::expired));
}

TEST_CASE("a state that is refused is not used up by that")
{
    sealer seal("a key");
    auto const sealed = seal.seal("state", call, now + 60s);
    CHECK(seal.open(sealed, {"bob", "tools/call", "digest"}, now).has_error());
    CHECK((refusal(seal, sealed, now + 61s) == seal_error::expired));
    CHECK((refusal(seal, sealed) == seal_error::none));
    CHECK((refusal(seal, sealed) == seal_error::used));
}

TEST_CASE("a state has one spelling, and an endless one is refused")
{
    sealer seal("a key");
    auto const sealed = seal.seal(boost::json::object{{"round", 1}}, call, now + 60s);
    CHECK((refusal(seal, sealed + "=") == seal_error::not_ours));
    CHECK((refusal(seal, ' ' + sealed) == seal_error::not_ours));
    CHECK((refusal(seal, sealed + '.' + sealed) == seal_error::not_ours));
    CHECK(
        (refusal(seal, std::string(100'000, 'A') + '.' + std::string(43, 'A')) ==
         seal_error::not_ours));
}

TEST_CASE("a cursor that was altered anywhere is none")
{
    auto const cursor = mcp::cursor_at(12'345, "tools");
    CHECK(mcp::position_of(cursor, "tools") == 12'345);
    CHECK(mcp::position_of(mcp::cursor_at(0, ""), "") == 0);
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(mcp::position_of(changed, "tools"));
        CHECK_FALSE(mcp::position_of(cursor.substr(0, i), "tools"));
    }
    CHECK_FALSE(mcp::position_of(cursor, "resources"));
}

}  // namespace sealed_use_test
