#include "protocol/random.hpp"
#include "protocol/sealed.hpp"
#include "protocol/sha256.hpp"

#include <doctest/doctest.h>

namespace sealed_test {

using mcp::seal_context;
using mcp::seal_error;
using mcp::sealer;
using namespace std::chrono_literals;

namespace {

auto const now = sealer::clock::time_point(1'800'000'000s);
seal_context const call{"alice", "tools/call", "digest"};

std::string text(mcp::sha256_digest const& digest)
{
    return mcp::hex({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

}  // namespace

TEST_CASE("HMAC-SHA-256 gives what RFC 4231 says")
{
    CHECK(
        text(mcp::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(
        text(mcp::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(
        text(mcp::hmac_sha256(
            std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a sealed state comes back once, to the call that it was sealed for")
{
    sealer seal;
    auto const sealed = seal.seal({{"round", 1}}, call, now + 60s);
    auto const opened = seal.open(sealed, call, now);
    REQUIRE(opened.has_value());
    CHECK(opened->at("round") == 1);
    CHECK(seal.open(sealed, call, now).error() == seal_error::used);
    CHECK(seal.seal({{"round", 1}}, call, now + 60s) != sealed);
}

TEST_CASE("a state that is tampered with, expired, foreign or someone else's is refused")
{
    sealer seal("a key");
    auto const sealed = seal.seal("state", call, now + 60s);
    CHECK(seal.open(sealed + "-TAMPERED", call, now).error() == seal_error::not_ours);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(seal.open(changed, call, now).error() == seal_error::not_ours);
    }
    CHECK(seal.open("", call, now).error() == seal_error::not_ours);
    CHECK(seal.open(".", call, now).error() == seal_error::not_ours);
    CHECK(sealer("another").open(sealed, call, now).error() == seal_error::not_ours);
    CHECK(seal.open(sealed, call, now + 60s).error() == seal_error::expired);
    for (auto const& other :
         {seal_context{"bob", "tools/call", "digest"},
          seal_context{"alice", "prompts/get", "digest"},
          seal_context{"alice", "tools/call", "other"},
          seal_context{"alicetools", "/call", "digest"}})
        CHECK(seal.open(sealed, other, now).error() == seal_error::not_ours);
    CHECK(seal.open(sealed, call, now).has_value());
}

TEST_CASE("random bytes are as many as asked for, and not the same twice")
{
    CHECK(mcp::random_bytes(0).empty());
    CHECK(mcp::random_hex(16).size() == 32);
    CHECK(mcp::random_hex(16) != mcp::random_hex(16));
}

TEST_CASE("texts are equal in constant time exactly when they are equal")
{
    CHECK(mcp::equal_in_constant_time("", ""));
    CHECK(mcp::equal_in_constant_time("token", "token"));
    CHECK_FALSE(mcp::equal_in_constant_time("token", "tokem"));
    CHECK_FALSE(mcp::equal_in_constant_time("token", "token "));
}

}  // namespace sealed_test
