#include "tests/agent/downstream/http/fake_endpoint.hpp"

#include <doctest/doctest.h>

namespace probe_http_test {

using namespace agent;
using namespace std::chrono_literals;
using asio_awaitable = boost::asio::awaitable<void>;
using test::contains;
using test::endpoint_fixture;
using test::received_request;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// What a call says, and what the server was asked, where the probe gets `answer` and the rest is
// that of a legacy server.
struct probed {
    std::string text;
    std::string asked;
};

probed after_probe(test::fake_endpoint::script answer)
{
    probed out;
    auto script = [&](received_request const& r) {
        if (r.rpc() == "server/discover")
            return answer(r);
        auto const known = test::legacy(r, "");
        return known.empty() ? test::result(r, test::text_content("legacy")) : known;
    };
    test::with_endpoint(script, [&](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        out.text = co_await test::called(client);
        for (auto const& r : f.endpoint.received)
            out.asked += (out.asked.empty() ? "" : " ") + r.rpc();
    });
    return out;
}

std::string const all_of_legacy = "server/discover initialize notifications/initialized tools/call";

}  // namespace

TEST_CASE("over HTTP every answer that is not of the modern era leads to initialize")
{
    auto const answers = std::vector<test::fake_endpoint::script>{
        [](auto const& r) { return test::error(r, -32000); },
        [](auto const& r) { return test::error(r, -32601, "404 Not Found"); },
        [](auto const& r) { return test::error(r, -32602, "200 OK"); },
        [](auto const&) { return test::status("400 Bad Request"); },
        [](auto const&) { return test::status("404 Not Found"); },
        [](auto const&) { return test::status("405 Method Not Allowed"); },
        [](auto const&) { return test::http("400 Bad Request", "text/plain", "no session"); },
        [](auto const&) { return test::http("200 OK", "text/html", "<p>"); },
        [](auto const&) {
            return test::http("400 Bad Request", "application/json", "{\"error\":");
        },
        [](auto const& r) { return test::result(r, R"({"supportedVersions":["2025-11-25"]})"); },
        [](auto const& r) {
            return test::error(r, -32022, "400 Bad Request", R"({"supported":["2025-06-18"]})");
        }};
    for (auto const& answer : answers) {
        auto const seen = after_probe(answer);
        CHECK(seen.text == "legacy");
        CHECK(seen.asked == all_of_legacy);
    }
}

TEST_CASE("no access, a failing server and a redirect end the start with the reason")
{
    auto const answers = std::vector<std::pair<std::string, std::string>>{
        {test::status("401 Unauthorized"), "HTTP 401: it wants a key or a token"},
        {test::http("403 Forbidden", "application/json", "{}"), "HTTP 403"},
        {test::status("500 Internal Server Error"), "HTTP 500"},
        {test::status("503 Service Unavailable"), "HTTP 503: it is busy"},
        {"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
         "0\r\n\r\n",
         "which is not followed: check the URL"}};
    for (auto const& [bytes, reason] : answers) {
        auto const answer = bytes;
        auto const seen = after_probe([answer](auto const&) { return answer; });
        INFO(seen.text);
        CHECK(contains(seen.text, "fake cannot be used: "));
        CHECK(contains(seen.text, reason));
        CHECK(seen.asked == "server/discover");
    }
}

TEST_CASE("a silent probe is followed by initialize, and the next start probes again")
{
    bool failing = false;
    auto script = [&](received_request const& r) {
        if (r.rpc() == "server/discover")
            return std::string();
        if (failing && r.rpc() == "tools/call")
            return test::status("502 Bad Gateway");
        auto const known = test::legacy(r, "");
        return known.empty() ? test::result(r, test::text_content("slow")) : known;
    };
    test::with_endpoint(script, [&](endpoint_fixture& f) -> asio_awaitable {
        f.endpoint.kept_open = {"server/discover"};
        f.server.probe_limit = 100ms;
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "slow");
        failing = true;
        CHECK(contains(co_await test::called(client), "HTTP 502"));
        failing = false;
        CHECK(co_await test::called(client) == "slow");
        CHECK(f.endpoint.of("server/discover").size() == 2);
    });
}

TEST_CASE("a server that turns initialize down as a modern one does is probed once more")
{
    int probes = 0;
    auto script = [&](received_request const& r) {
        if (r.rpc() == "initialize")
            return test::error(r, -32022, "400 Bad Request", R"({"supported":["2026-07-28"]})");
        if (r.rpc() == "server/discover" && ++probes == 1)
            return test::status("404 Not Found");
        auto const known = test::modern(r);
        return known.empty() ? test::result(r, test::text_content("modern")) : known;
    };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        CHECK(co_await test::called(client) == "modern");
    });
}

TEST_CASE("a URL that is no endpoint of MCP is said to be none")
{
    auto script = [](received_request const&) { return test::status("404 Not Found"); };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        mcp_client client(f.transfers.get_executor(), f.server, f.log);
        auto const text = co_await test::called(client);
        CHECK(contains(text, "HTTP 404 to both server/discover and initialize"));
    });
}

TEST_CASE("a server that nobody can reach, or only unencrypted, is reported by its host")
{
    auto script = [](received_request const&) { return std::string(); };
    test::with_endpoint(script, [](endpoint_fixture& f) -> asio_awaitable {
        f.endpoint.down();
        mcp_client gone(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(gone), "no answer from 127.0.0.1:"));
        f.server.endpoint->url = "http://192.0.2.1/mcp";
        mcp_client plain(f.transfers.get_executor(), f.server, f.log);
        CHECK(contains(co_await test::called(plain), "use https"));
    });
}

TEST_CASE("what is left of a conversation when its client and the loop end does no harm")
{
    asio::io_context ctx;
    auto script = [](received_request const& r) {
        auto const known = test::legacy(r);
        return known.empty() ? test::stream(": working\n\n") : known;
    };
    {
        test::endpoint_fixture f(ctx.get_executor(), script);
        f.endpoint.kept_open = {"tools/call"};
        auto client = std::make_unique<mcp_client>(ctx.get_executor(), f.server, f.log);
        asio::co_spawn(ctx, test::called(*client), [](std::exception_ptr, std::string const&) {});
        while (f.endpoint.of("tools/call").empty())
            ctx.run_one();
        client.reset();
    }
}

}  // namespace probe_http_test
