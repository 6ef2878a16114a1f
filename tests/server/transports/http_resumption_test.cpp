#include "tests/server/transports/http_fixture.hpp"

#include <doctest/doctest.h>

namespace http_resumption_test {

using boost::asio::awaitable;
using test::caught_reply;
using test::http_fixture;

namespace {

http_fixture::lines in(std::string session, std::string last)
{
    return {{"Mcp-Session-Id", std::move(session)}, {"Last-Event-ID", std::move(last)}};
}

}  // namespace

TEST_CASE(
    "a lost connection is not a cancellation, and the rest of the stream is given once, in order")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        caught_reply first;
        auto const call = f.call_legacy(first, id, "wait");
        co_await f.settle();
        CHECK(first.text.starts_with("id: 2-0\nretry: 1000\ndata: \n\nevent: message\nid: 2-1\n"));
        CHECK_FALSE(call->ends_with_input());
        call->left();
        co_await f.settle();
        CHECK(f.unwound == 0);
        f.never.notify();
        co_await f.settle();
        CHECK(f.unwound == 1);
        CHECK_FALSE(first.done);

        caught_reply whole, rest, none, other;
        f.receive(rest, in(id, "2-1"), "", "GET");
        CHECK(rest.done);
        CHECK(rest.count("event: message\n") == 1);
        CHECK(rest.has("id: 2-2\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\""));
        f.receive(whole, in(id, "2-0"), "", "GET");
        CHECK(whole.count("event: message\n") == 2);
        f.receive(none, in(id, "2-2"), "", "GET");
        CHECK(none.status == 400);
        f.receive(other, in(id, "nonsense"), "", "GET");
        CHECK(other.status == 400);
    });
}

TEST_CASE("who comes back before the end gets the rest as it happens, and takes the stream over")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        caught_reply first, second, third;
        auto const call = f.call_legacy(first, id, "wait");
        co_await f.settle();
        call->left();
        auto const again = f.receive(second, in(id, "2-0"), "", "GET");
        REQUIRE(again);
        CHECK(second.streams);
        CHECK(second.count("event: message\n") == 1);
        auto const taken = f.receive(third, in(id, "2-1"), "", "GET");
        CHECK(second.done);
        f.never.notify();
        co_await f.settle();
        CHECK(third.done);
        CHECK(third.has("\"woken\""));
        CHECK_FALSE(second.has("\"woken\""));
    });
}

TEST_CASE("clients of earlier versions see ids but no event without a message")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-06-18");
        caught_reply reply;
        auto const call = f.call_legacy(reply, id, "talk");
        co_await f.settle();
        CHECK(reply.text.starts_with("event: message\nid: 2-1\ndata: {"));
        CHECK(reply.count("retry:") == 0);
        CHECK(reply.done);
    });
}

}  // namespace http_resumption_test
