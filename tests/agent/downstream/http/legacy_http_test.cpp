#include "tests/agent/downstream/http/fake_endpoint.hpp"

#include <doctest/doctest.h>

namespace legacy_http_test {

using namespace agent;
using namespace std::chrono_literals;
using asio_awaitable = boost::asio::awaitable<void>;
using test::contains;
using test::endpoint_fixture;
using test::received_request;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// A legacy server with sessions, whose other requests are answered by `answer`.
test::fake_endpoint::script calls(test::fake_endpoint::script answer)
{
    return [answer = std::move(answer)](received_request const& r) {
        auto const known = test::legacy(r);
        return known.empty() ? answer(r) : known;
    };
}

}  // namespace

TEST_CASE("a legacy session over HTTP is opened, carried in headers, and ended")
{
    auto script = calls([](auto const& r) { return test::result(r, test::text_content("old")); });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        {
            mcp_client client(f.transfers.get_executor(), f.server, f.log);
            CHECK(co_await test::called(client) == "old");
        }
        auto const& end = f.endpoint;
        auto const opening = end.of("initialize").at(0);
        CHECK(opening.header("mcp-protocol-version").empty());
        CHECK(opening.header("mcp-method").empty());
        CHECK(opening.header("mcp-session-id").empty());
        auto const call = end.of("tools/call").at(0);
        CHECK(call.header("mcp-session-id") == "s-1");
        CHECK(call.header("mcp-protocol-version") == "2025-11-25");
        CHECK(call.header("mcp-method").empty());
        CHECK(!call.params().contains("_meta"));
        // Nobody can be asked anything, so that no stream is kept for it.
        CHECK(end.count("GET") == 0);
        REQUIRE(end.received.size() == 4);
        CHECK(end.received[2].rpc() == "notifications/initialized");
        co_await f.endpoint.until([&] { return end.count("DELETE") == 1; });
        CHECK(end.received.back().header("mcp-session-id") == "s-1");
    });
}

TEST_CASE("a session that is gone is opened anew, once for each call")
{
    int sessions = 0;
    int dead = 1;
    auto script = [&](received_request const& r) {
        if (r.rpc() == "initialize")
            ++sessions;
        auto const known = test::legacy(r, "s-" + std::to_string(sessions));
        if (!known.empty())
            return known;
        if (sessions <= dead)
            return test::error(r, -32001, "404 Not Found");
        return test::result(r, test::text_content("again"));
    };
    test::with_endpoint(script, [&](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "again");
        CHECK(sessions == 2);
        CHECK(f.endpoint.of("server/discover").size() == 1);
        CHECK(f.endpoint.of("tools/call").at(1).header("mcp-session-id") == "s-2");
        dead = 1000;
        CHECK(contains(co_await test::called(client), "it has ended the session"));
        CHECK(sessions == 3);
    });
}

TEST_CASE("an answer whose stream ends is taken up again from the last event, after the pause")
{
    std::string id;
    auto script = calls([&](auto const& r) {
        if (r.is("GET"))
            return std::string();
        id = r.id();
        return test::stream("id: e-1\nretry: 150\ndata:\n\n");
    });
    auto resumed = [&](received_request const& r) {
        if (r.is("GET") && r.header("last-event-id") == "e-1")
            return test::stream("id: e-2\nretry: 50\n\n: nothing yet\n\n");
        if (r.is("GET"))
            return test::stream(test::event(
                R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + test::text_content("late") +
                "}"));
        return script(r);
    };
    test::with_endpoint(resumed, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        auto const before = std::chrono::steady_clock::now();
        CHECK(co_await test::called(client) == "late");
        CHECK(std::chrono::steady_clock::now() - before >= 200ms);
        CHECK(f.endpoint.count("GET") == 2);
        CHECK(f.endpoint.received.back().header("last-event-id") == "e-2");
        CHECK(f.endpoint.received.back().header("mcp-session-id") == "s-1");
        CHECK(f.endpoint.of("tools/call").size() == 1);
    });
}

TEST_CASE("a stream that ends for good, or brings nothing for ever, fails the call")
{
    auto ends = calls([](auto const&) { return test::stream("data: {}\n\n"); });
    test::with_endpoint(ends, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client), "its answer ended before"));
        CHECK(f.endpoint.count("GET") == 0);
    });
    auto barren = [](received_request const& r) {
        if (r.is("GET") || r.rpc() == "tools/call")
            return test::stream("id: same\nretry: 1\n\n");
        return test::legacy(r);
    };
    test::with_endpoint(barren, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client), "its answer ended before"));
        CHECK(f.endpoint.count("GET") == 5);
    });
}

TEST_CASE("what a legacy server asks in the middle of a call is answered by a message of its own")
{
    auto script = calls([](auto const& r) {
        return test::stream(
            test::event(R"({"jsonrpc":"2.0","id":"p","method":"ping"})") +
            test::event(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})") +
            test::event(test::result_text(r, test::text_content("done"))));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "done");
        co_await f.endpoint.until([&] { return f.endpoint.of("response").size() == 2; });
        auto const answers = f.endpoint.of("response");
        CHECK(answers[0].message().at("id") == "p");
        CHECK(answers[0].message().at("result").as_object().empty());
        CHECK(answers[1].message().at("id") == 7);
        CHECK(answers[1].message().at("error").at("code") == -32601);
        CHECK(answers[1].header("mcp-session-id") == "s-1");
    });
}

TEST_CASE("a client that can be asked keeps a stream open for it, and leaves it at the end")
{
    auto script = [](received_request const& r) {
        auto const question =
            R"({"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Who?"}})";
        if (r.is("GET"))
            return test::stream(test::event(question));
        auto const known = test::legacy(r);
        return known.empty() ? test::result(r, test::text_content("x")) : known;
    };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        f.endpoint.kept_open = {"GET"};
        f.server.capabilities = json::object{{"elicitation", json::object()}};
        f.server.answer = [](std::string, json::object) -> asio::awaitable<json::value> {
            co_return json::object{{"action", "decline"}};
        };
        {
            mcp_client client(f.transfers.get_executor(), f.server, f.log);
            CHECK(co_await test::called(client) == "x");
            co_await f.endpoint.until([&] { return f.endpoint.of("response").size() == 1; });
        }
        auto const answer = f.endpoint.of("response").at(0).message();
        CHECK(answer.at("id") == "q");
        CHECK(answer.at("result").at("action") == "decline");
        CHECK(
            f.endpoint.of("initialize").at(0).params().at("capabilities") ==
            json::value(f.server.capabilities));
        co_await f.endpoint.until([&] { return f.endpoint.left == 1; });
    });
}

TEST_CASE("giving a legacy call up tells the server which, and the session stays")
{
    int asked = 0;
    auto script = calls([&](auto const& r) {
        if (++asked == 1)
            return test::stream(": working\n\n");
        return test::result(r, test::text_content("next"));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        f.endpoint.kept_open = {"tools/call"};
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client, 50ms), "did not answer within 50 ms"));
        co_await f.endpoint.until(
            [&] { return f.endpoint.of("notifications/cancelled").size() == 1; });
        auto const told = f.endpoint.of("notifications/cancelled").at(0);
        CHECK(
            json::serialize(told.params().at("requestId")) ==
            f.endpoint.of("tools/call").at(0).id());
        f.endpoint.kept_open.clear();
        CHECK(co_await test::called(client) == "next");
        CHECK(f.endpoint.of("initialize").size() == 1);
    });
}

TEST_CASE("several messages may come as one from a server of 2025-03-26")
{
    auto script = calls([](auto const& r) {
        return test::http(
            "200 OK",
            "application/json",
            R"([{"jsonrpc":"2.0","method":"notifications/message","params":{}},)" +
                test::result_text(r, test::text_content("both")) + "]");
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "both");
    });
}

TEST_CASE("a session id that no header can hold is refused")
{
    auto script = [](received_request const& r) { return test::legacy(r, "a\tb"); };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client), "session id that no header can hold"));
    });
}

}  // namespace legacy_http_test
