#include "tests/agent/downstream/http/fake_endpoint.hpp"

#include <doctest/doctest.h>

namespace modern_http_test {

using namespace agent;
using namespace std::chrono_literals;
using asio_awaitable = boost::asio::awaitable<void>;
using test::contains;
using test::endpoint_fixture;
using test::received_request;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// A modern server whose tools/call is answered by `answer`.
test::fake_endpoint::script calls(test::fake_endpoint::script answer)
{
    return [answer = std::move(answer)](received_request const& r) {
        auto const known = test::modern(r);
        return known.empty() ? answer(r) : known;
    };
}

std::string const region_tool =
    R"({"tools":[{"name":"t","inputSchema":{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}}},
{"name":"bad","inputSchema":{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"not a token"}}}}]})";

}  // namespace

TEST_CASE("a modern request over HTTP carries its envelope, and its routing data in headers")
{
    auto script = calls([](auto const& r) { return test::result(r, test::text_content("hi")); });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        f.server.endpoint->headers.emplace_back("Authorization", "Bearer key");
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "hi");
        CHECK(contains(f.logged, "fake is new 2"));
        auto const calls = f.endpoint.of("tools/call");
        REQUIRE(calls.size() == 1);
        auto const& call = calls.front();
        CHECK(call.header("mcp-protocol-version") == "2026-07-28");
        CHECK(call.header("mcp-method") == "tools/call");
        CHECK(call.header("mcp-name") == "t");
        CHECK(call.header("authorization") == "Bearer key");
        CHECK(call.header("accept") == "application/json, text/event-stream");
        CHECK(call.header("mcp-session-id").empty());
        auto const meta = call.params().at("_meta").as_object();
        CHECK(meta.at("io.modelcontextprotocol/protocolVersion") == "2026-07-28");
        CHECK(meta.at("io.modelcontextprotocol/clientCapabilities").as_object().empty());
        auto const probes = f.endpoint.of("server/discover");
        REQUIRE(probes.size() == 1);
        CHECK(probes.front().header("mcp-name").empty());
        CHECK(probes.front().id() != call.id());
    });
}

TEST_CASE("a modern answer may be a stream, in which only the response to the request counts")
{
    auto script = calls([](auto const& r) {
        auto const other = R"({"jsonrpc":"2.0","id":99,"result":{"content":[]}})";
        auto const progress =
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}})";
        return test::stream(
            ": hello\n\n" + test::event(progress) + test::event("{not json") + test::event(other) +
            "event: ping\n" + test::event("{}") +
            test::event(test::result_text(r, test::text_content("streamed"))));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "streamed");
    });
}

TEST_CASE("a name that no header can hold travels encoded")
{
    auto script = calls([](auto const& r) { return test::result(r, test::text_content("")); });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        co_await client.call_tool("Hello, 世界", json::object(), 2000ms);
        auto const calls = f.endpoint.of("tools/call");
        REQUIRE(calls.size() == 1);
        CHECK(calls.front().header("mcp-name") == "=?base64?SGVsbG8sIOS4lueVjA==?=");
    });
}

TEST_CASE("annotated arguments are mirrored once the tools are known, and invalid tools dropped")
{
    auto script = calls([](auto const& r) {
        if (r.rpc() == "tools/list")
            return test::result(r, region_tool);
        return test::result(r, test::text_content("ok"));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        auto const tools = co_await client.list_tools(2000ms);
        REQUIRE(tools.has_value());
        REQUIRE(tools->size() == 1);
        CHECK(tools->front().name == "t");
        CHECK(contains(f.logged, "its tool bad is left out"));
        json::object arguments{{"region", "eu"}, {"other", "x"}};
        co_await client.call_tool("t", std::move(arguments), 2000ms);
        CHECK(f.endpoint.of("tools/call").at(0).header("mcp-param-region") == "eu");
    });
}

TEST_CASE("a call whose headers are refused is made again after its tools were listed, once")
{
    auto script = calls([](auto const& r) {
        if (r.rpc() == "tools/list")
            return test::result(r, region_tool);
        if (r.header("mcp-param-region") != "eu")
            return test::error(r, -32020);
        return test::result(r, test::text_content("ok"));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        json::object arguments{{"region", "eu"}};
        auto const answer = co_await client.call_tool("t", std::move(arguments), 2000ms);
        REQUIRE(answer.has_value());
        CHECK(answer->text == "ok");
        CHECK(f.endpoint.of("tools/call").size() == 2);
        json::object wrong{{"region", "us"}};
        auto const refused = co_await client.call_tool("t", std::move(wrong), 2000ms);
        REQUIRE(refused.has_error());
        CHECK(refused.error().kind == mcp_errc::refused);
        CHECK(f.endpoint.of("tools/call").size() == 4);
    });
}

TEST_CASE("a version that is refused and offered at once is tried once more")
{
    int asked = 0;
    auto script = [&](received_request const& r) {
        auto const data = R"({"supported":["2026-07-28"],"requested":"2026-07-28"})";
        if (++asked == 1)
            return test::error(r, -32022, "400 Bad Request", data);
        auto const known = test::modern(r);
        return known.empty() ? test::result(r, test::text_content("at last")) : known;
    };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "at last");
        auto const probes = f.endpoint.of("server/discover");
        REQUIRE(probes.size() == 2);
        CHECK(probes[0].id() != probes[1].id());
    });
    auto never = [](received_request const& r) {
        return test::error(r, -32022, "400 Bad Request", R"({"supported":["2026-07-28"]})");
    };
    test::with_endpoint(never, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client), "both offers and refuses"));
        CHECK(f.endpoint.received.size() == 2);
    });
}

TEST_CASE("a server that has become legacy is initialized, and asked again")
{
    bool replaced = false;
    auto script = [&](received_request const& r) {
        if (!replaced && r.rpc() == "tools/call") {
            replaced = true;
            return test::error(r, -32022, "400 Bad Request", R"({"supported":["2025-11-25"]})");
        }
        auto const known = replaced ? test::legacy(r) : test::modern(r);
        return known.empty() ? test::result(r, test::text_content("old")) : known;
    };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "old");
        CHECK(f.endpoint.of("initialize").size() == 1);
    });
}

TEST_CASE("giving a modern call up closes its stream and sends nothing")
{
    auto script = calls([](auto const&) { return test::stream(": working\n\n"); });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        f.endpoint.kept_open = {"tools/call"};
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(client, 50ms), "did not answer within 50 ms"));
        co_await f.endpoint.until([&] { return f.endpoint.left == 1; });
        CHECK(f.endpoint.of("notifications/cancelled").empty());
        CHECK(f.transfers.watched() <= 1);  // that asks whether anybody is there
    });
}

TEST_CASE("an answer that was lost is asked for again, unless the tool may have done its work")
{
    int lists = 0;
    auto script = calls([&](auto const& r) {
        if (r.rpc() == "tools/list" && ++lists == 1)
            return test::stream(test::event(R"({"jsonrpc":"2.0","method":"x"})"));
        if (r.rpc() == "tools/list")
            return test::result(
                r,
                R"({"tools":[{"name":"t","inputSchema":{}},{"name":"safe","inputSchema":{},"annotations":{"readOnlyHint":true}}]})");
        return test::stream("");
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        auto const tools = co_await client.list_tools(2000ms);
        CHECK(tools.has_value());
        CHECK(f.endpoint.of("tools/list").size() == 2);
        CHECK(contains(co_await test::called(client), "its answer ended before"));
        CHECK(f.endpoint.of("tools/call").size() == 1);
        co_await client.call_tool("safe", json::object(), 2000ms);
        CHECK(f.endpoint.of("tools/call").size() == 3);
    });
}

TEST_CASE("a server that is busy is asked again when it says so")
{
    int asked = 0;
    auto script = calls([&](auto const& r) {
        if (++asked == 1)
            return test::http("429 Too Many Requests", "text/plain", "no", "Retry-After: 0\r\n");
        return test::result(r, test::text_content("now"));
    });
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "now");
    });
}

TEST_CASE("an answer that is too large, as a document or in a stream, is not taken")
{
    for (bool const streamed : {false, true}) {
        auto script = calls([&](auto const& r) {
            auto const text = test::result_text(r, test::text_content(std::string(300'000, 'x')));
            return streamed ? test::stream(test::event(text))
                            : test::http("200 OK", "application/json", text);
        });
        test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
            f.server.max_message = 100'000;
            mcp_client client(f.transfers.get_executor(), f.server, f.log);
            auto const answer = co_await client.call_tool("t", json::object(), 2000ms);
            REQUIRE(answer.has_error());
            CHECK(answer.error().kind == mcp_errc::protocol);
            CHECK(contains(answer.error().message, "it sent a message that is too long"));
        });
    }
}

}  // namespace modern_http_test
