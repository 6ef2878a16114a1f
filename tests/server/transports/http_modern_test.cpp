#include "protocol/errors.hpp"
#include "tests/server/transports/http_fixture.hpp"

#include <doctest/doctest.h>

namespace http_modern_test {

using boost::asio::awaitable;
using test::caught_reply;
using test::http_fixture;

namespace {

std::string const token = R"("progressToken":7,)";

}  // namespace

TEST_CASE(
    "a modern result that comes first is JSON, and the stream begins with the first notification")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply plain, talk;
        auto const one = f.call_modern(plain, "plain");
        auto const two = f.call_modern(talk, "talk", token);
        co_await f.settle();
        CHECK(plain.done);
        CHECK_FALSE(plain.streams);
        CHECK(plain.status == 200);
        CHECK(plain.text.starts_with(R"({"jsonrpc":"2.0","id":1,"result":{"content":[)"));
        CHECK(talk.done);
        CHECK(talk.streams);
        CHECK(talk.text.starts_with("event: message\ndata: {"));
        CHECK(talk.count("event: message\n") == 2);
        CHECK(talk.count("id: ") == 0);
        CHECK(talk.has(R"("progressToken":7)"));
    });
}

TEST_CASE("who reads only JSON gets only JSON, and who reads only streams gets one")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply json, stream;
        f.takes_stream = false;
        auto const one = f.call_modern(json, "talk", token);
        f.takes_stream = true;
        f.takes_json = false;
        auto const two = f.call_modern(stream, "plain");
        co_await f.settle();
        CHECK(json.done);
        CHECK_FALSE(json.streams);
        CHECK(json.text.starts_with(R"({"jsonrpc":"2.0","id":1,"result")"));
        CHECK(stream.done);
        CHECK(stream.streams);
    });
}

TEST_CASE("a modern client that leaves has cancelled, whatever it had heard")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        for (std::string const& tool : std::vector<std::string>{"wait", "silent"}) {
            caught_reply reply;
            auto const exchange = f.call_modern(reply, tool, token);
            co_await f.settle();
            CHECK(reply.streams == (tool == "wait"));
            CHECK(exchange->ends_with_input());
            exchange->left();
            auto const said = reply.text;
            co_await f.settle();
            CHECK_FALSE(reply.done);
            CHECK(reply.text == said);
        }
        CHECK(f.unwound == 2);
        CHECK(f.endpoint->unfinished() == 0);
    });
}

TEST_CASE("silence becomes a stream with comments, so that nobody between takes it for dead")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply reply;
        auto const exchange = f.call_modern(reply, "silent");
        co_await f.settle();
        auto const now = std::chrono::steady_clock::now();
        exchange->tick(now);
        CHECK_FALSE(reply.streams);
        exchange->tick(now + std::chrono::seconds(16));
        CHECK(reply.streams);
        CHECK(reply.text == ": \n\n");
        exchange->tick(now + std::chrono::seconds(20));
        CHECK(reply.text == ": \n\n");
        exchange->tick(now + std::chrono::seconds(32));
        CHECK(reply.text == ": \n\n: \n\n");
        f.never.notify();
        co_await f.settle();
        CHECK(reply.done);
        CHECK(reply.has("woken"));
    });
}

TEST_CASE("what is decided after the dispatch is told in band, but for two")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply unknown, needs;
        auto const one = f.call_modern(unknown, "no-such-tool");
        auto const two = f.call_modern(needs, "needs");
        co_await f.settle();
        CHECK(unknown.status == 200);
        CHECK(unknown.has(R"("id":1,"error":{"code":-32602)"));
        CHECK(needs.status == 400);
        CHECK(needs.has(R"("code":-32021)"));
        CHECK(needs.has(R"("requiredCapabilities":{"sampling":{}})"));
    });
}

TEST_CASE("equal ids from different clients are never mixed")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply slow, quick;
        auto const one = f.call_modern(slow, "silent");
        auto const two = f.call_modern(quick, "plain");
        co_await f.settle();
        CHECK(quick.has("done"));
        CHECK_FALSE(slow.done);
        f.never.notify();
        co_await f.settle();
        CHECK(slow.has("woken"));
    });
}

TEST_CASE("more requests than are taken at once are told to come back")
{
    server::http_limits limits;
    limits.requests = 2;
    test::with_endpoint(
        [](http_fixture& f) -> awaitable<void> {
            caught_reply a, b, c;
            auto const one = f.call_modern(a, "silent");
            auto const two = f.call_modern(b, "silent");
            auto const three = f.call_modern(c, "plain");
            CHECK(c.status == 503);
            CHECK(c.headers == "Retry-After: 1\r\n");
            CHECK(c.has(R"("id":1,"error":{"code":-32603,"message":"busy)"));
            f.never.notify();
            co_await f.settle();
            CHECK(a.has("woken"));
            CHECK(b.has("woken"));
            caught_reply d;
            auto const four = f.call_modern(d, "plain");
            co_await f.settle();
            CHECK(d.status == 200);
        },
        limits);
}

TEST_CASE("what is no message is refused without an id, and what may be posted besides is taken")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const said = [&](std::string const& body) {
            caught_reply reply;
            CHECK(f.post(reply, {}, body) == nullptr);
            CHECK(reply.done);
            return std::to_string(reply.status) + ' ' + reply.text.substr(0, 40);
        };
        CHECK(said("{") == R"(400 {"jsonrpc":"2.0","error":{"code":-32700,)");
        CHECK(said("") == R"(400 {"jsonrpc":"2.0","error":{"code":-32700,)");
        CHECK(said("[]") == R"(400 {"jsonrpc":"2.0","error":{"code":-32600,)");
        CHECK(said("7") == R"(400 {"jsonrpc":"2.0","error":{"code":-32600,)");
        CHECK(
            said(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])") ==
            R"(400 {"jsonrpc":"2.0","error":{"code":-32600,)");
        CHECK(
            said(R"({"jsonrpc":"2.0","id":null,"method":"ping"})") ==
            R"(400 {"jsonrpc":"2.0","error":{"code":-32600,)");
        CHECK(
            said(R"({"jsonrpc":"2.0","id":1,"result":{}})") ==
            R"(400 {"jsonrpc":"2.0","error":{"code":-32600,)");
        CHECK(said(R"({"jsonrpc":"2.0","method":"notifications/initialized"})") == "202 ");
        CHECK(
            said(
                R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})") ==
            "202 ");
        co_return;
    });
}

}  // namespace http_modern_test
