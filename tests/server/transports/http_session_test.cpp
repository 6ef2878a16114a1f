#include "tests/server/transports/http_fixture.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace http_session_test {

using boost::asio::awaitable;
using test::caught_reply;
using test::http_fixture;

namespace {

http_fixture::lines in(std::string session, std::string last = "")
{
    http_fixture::lines out{{"Mcp-Session-Id", std::move(session)}};
    if (!last.empty())
        out.emplace_back("Last-Event-ID", std::move(last));
    return out;
}

int status_of(http_fixture& f, http_fixture::lines const& headers, std::string const& body)
{
    caught_reply reply;
    auto const held = f.post(reply, headers, body);
    return reply.status;
}

std::string const ping = R"({"jsonrpc":"2.0","id":5,"method":"ping"})";

}  // namespace

TEST_CASE("a session is opened by initialize and found by its id until it is deleted")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        CHECK(id.size() == 32);
        CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
        caught_reply answered;
        auto const held = f.post(answered, in(id), ping);
        co_await f.settle();
        CHECK(answered.text == R"({"jsonrpc":"2.0","id":5,"result":{}})");
        CHECK(status_of(f, in(std::string(32, '0')), ping) == 404);
        CHECK(status_of(f, {{"Mcp-Session-Id", id}, {"Mcp-Session-Id", id}}, ping) == 404);
        CHECK(status_of(f, in(id), R"({"jsonrpc":"2.0","id":1,"method":"initialize"})") == 400);
        CHECK(
            status_of(f, {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", "2025-06-18"}}, ping) ==
            400);
        CHECK(
            status_of(f, in(id), R"({"jsonrpc":"2.0","method":"notifications/initialized"})") ==
            202);
        caught_reply ended;
        f.receive(ended, in(id), "", "DELETE");
        CHECK(ended.status == 204);
        CHECK(status_of(f, in(id), ping) == 404);
        caught_reply nothing;
        f.receive(nothing, {}, "", "DELETE");
        CHECK(nothing.status == 400);
    });
}

TEST_CASE("a session belongs to the principal that opened it")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        f.principal = "alice";
        auto const id = co_await f.open("2025-11-25");
        f.principal = "bob";
        CHECK(status_of(f, in(id), ping) == 404);
        caught_reply reply;
        f.receive(reply, in(id), "", "DELETE");
        CHECK(reply.status == 404);
        f.principal = "alice";
        caught_reply own;
        auto const held = f.post(own, in(id), ping);
        co_await f.settle();
        CHECK(own.status == 200);
    });
}

TEST_CASE("a failed initialize opens no session")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply reply;
        auto const held =
            f.post(reply, {}, R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})");
        co_await f.settle();
        CHECK(reply.has("-32602"));
        CHECK(reply.headers.empty());
        CHECK(f.endpoint->sessions().size() == 0);
    });
}

TEST_CASE("what is posted without a session is served if no session is needed for it")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        caught_reply list, old, level;
        auto const one = f.post(list, {}, R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})");
        auto const two = f.post(
            old,
            {{"MCP-Protocol-Version", "2025-11-25"}},
            R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"talk","_meta":{"progressToken":1}}})");
        f.post(
            level,
            {},
            R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}})");
        co_await f.settle();
        CHECK(list.has("\"tools\":["));
        CHECK_FALSE(list.has("resultType"));
        CHECK(old.streams);
        CHECK(old.done);
        CHECK(old.count("id: ") == 0);
        CHECK(level.status == 400);
        CHECK(f.endpoint->sessions().size() == 0);
    });
}

TEST_CASE("a cancelled legacy request ends its stream without a response")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        std::string const cancel =
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})";
        for (std::string const& tool : std::vector<std::string>{"wait", "silent"}) {
            caught_reply reply;
            auto const call = f.call_legacy(reply, id, tool);
            co_await f.settle();
            CHECK(status_of(f, in(id), cancel) == 202);
            co_await f.settle();
            CHECK(reply.done);
            CHECK(reply.streams);
            CHECK_FALSE(reply.has("result"));
            CHECK_FALSE(reply.has("error"));
        }
        CHECK(f.unwound == 2);
        CHECK(status_of(f, in(id), cancel) == 202);
    });
}

TEST_CASE("an id in use in a session is refused, and the request that uses it is unharmed")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        auto const other = co_await f.open("2025-11-25");
        caught_reply slow, twice, elsewhere, again;
        auto const one = f.call_legacy(slow, id, "silent");
        f.call_legacy(twice, id, "plain");
        CHECK(twice.status == 400);
        CHECK(twice.has("-32600"));
        auto const two = f.call_legacy(elsewhere, other, "plain");
        co_await f.settle();
        CHECK(elsewhere.has("done"));
        f.never.notify();
        co_await f.settle();
        CHECK(slow.has("woken"));
        auto const three = f.call_legacy(again, id, "plain");
        co_await f.settle();
        CHECK(again.has("done"));
    });
}

TEST_CASE("a session has so many unfinished requests and no more")
{
    server::http_limits limits;
    limits.session_requests = 1;
    test::with_endpoint(
        [](http_fixture& f) -> awaitable<void> {
            auto const id = co_await f.open("2025-11-25");
            caught_reply slow, more;
            auto const one = f.call_legacy(slow, id, "silent", "1");
            f.call_legacy(more, id, "plain", "2");
            CHECK(more.status == 503);
            CHECK(more.headers == "Retry-After: 1\r\n");
            CHECK(more.has("-32603"));
            f.never.notify();
            co_await f.settle();
        },
        limits);
}

TEST_CASE("one stream listens in a session, and makes room when it leaves")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        caught_reply first, second, third, modern, nobody;
        auto const one = f.receive(first, in(id), "", "GET");
        REQUIRE(one);
        CHECK(first.text == "id: 0-0\nretry: 1000\ndata: \n\n");
        CHECK(f.receive(second, in(id), "", "GET") == nullptr);
        CHECK(second.status == 409);
        CHECK(one->ends_with_input());
        one->left();
        auto const three = f.receive(third, in(id, "0-0"), "", "GET");
        REQUIRE(three);
        CHECK(third.streams);
        f.receive(modern, {{"MCP-Protocol-Version", "2026-07-28"}}, "", "GET");
        CHECK(modern.status == 405);
        CHECK(modern.headers == "Allow: POST\r\n");
        f.receive(nobody, {}, "", "GET");
        CHECK(nobody.status == 400);
        three->stop();
        CHECK(third.done);
        co_await f.settle();
        CHECK(f.endpoint->unfinished() == 0);
    });
}

TEST_CASE("the client is asked on the stream of its request, and its posted answer comes back")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        auto const session = f.endpoint->sessions().find(id, "");
        caught_reply reply;
        auto const call = f.call_legacy(reply, id, "silent");
        std::string answers;
        auto ask = [](std::shared_ptr<server::http_session> s,
                      std::string& out) -> awaitable<void> {
            for (int i = 0; i < 2; ++i) {
                try {
                    mcp::jsonrpc::request_id const about = std::int64_t(1);
                    auto const answer = co_await s->call(about, "roots/list", mcp::json::object());
                    out += mcp::json_text(answer);
                } catch (mcp::jsonrpc::error const& e) {
                    out += std::to_string(e.code);
                }
            }
        };
        boost::asio::co_spawn(f.executor, ask(session, answers), [](std::exception_ptr) {});
        co_await f.settle();
        CHECK(reply.has(R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})"));
        CHECK(status_of(f, in(id), R"({"jsonrpc":"2.0","id":9,"result":{}})") == 202);
        CHECK(status_of(f, in(id), R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})") == 202);
        CHECK(status_of(f, in(id), R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})") == 202);
        co_await f.settle();
        CHECK(answers == R"({"roots":[]})");
        CHECK(
            status_of(
                f, in(id), R"({"jsonrpc":"2.0","id":2,"error":{"code":-1,"message":"no"}})") ==
            202);
        co_await f.settle();
        CHECK(answers == R"({"roots":[]}-1)");
        f.never.notify();
        co_await f.settle();
        CHECK(reply.has("woken"));
    });
}

TEST_CASE("who cannot be asked any more is not waited for")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        auto const id = co_await f.open("2025-11-25");
        auto const session = f.endpoint->sessions().find(id, "");
        mcp::jsonrpc::request_id const about = std::int64_t(1);
        int failed = 0;
        try {
            co_await session->call(about, "roots/list", mcp::json::object());
        } catch (boost::system::system_error const& e) {
            failed += e.code() == boost::asio::error::eof;
        }
        caught_reply reply;
        auto const call = f.call_legacy(reply, id, "silent");
        auto ask = [](std::shared_ptr<server::http_session> s, int& out) -> awaitable<void> {
            try {
                mcp::jsonrpc::request_id const which = std::int64_t(1);
                co_await s->call(which, "roots/list", mcp::json::object());
            } catch (boost::system::system_error const& e) {
                out += e.code() == boost::asio::error::eof;
            }
        };
        boost::asio::co_spawn(f.executor, ask(session, failed), [](std::exception_ptr) {});
        co_await f.settle();
        CHECK(failed == 1);
        f.endpoint->sessions().end(id);
        co_await f.settle();
        CHECK(failed == 2);
        CHECK(f.unwound == 1);
        CHECK(reply.done);
    });
}

TEST_CASE("sessions expire when nobody uses them, and make room for others when they are many")
{
    server::http_limits limits;
    limits.sessions = 2;
    limits.session_spared = std::chrono::milliseconds(0);
    test::with_endpoint(
        [](http_fixture& f) -> awaitable<void> {
            auto const one = co_await f.open("2025-11-25");
            auto const two = co_await f.open("2025-11-25");
            caught_reply busy;
            auto const call = f.call_legacy(busy, one, "silent");
            auto const three = co_await f.open("2025-11-25");
            CHECK(f.endpoint->sessions().size() == 2);
            CHECK(status_of(f, in(two), ping) == 404);
            f.endpoint->tick(std::chrono::steady_clock::now() + std::chrono::minutes(29));
            CHECK(f.endpoint->sessions().size() == 2);
            f.endpoint->tick(std::chrono::steady_clock::now() + std::chrono::minutes(31));
            CHECK(f.endpoint->sessions().size() == 0);
            co_await f.settle();
            CHECK(busy.done);
            CHECK(f.unwound == 1);
        },
        limits);
    limits.session_spared = std::chrono::hours(1);
    limits.sessions = 1;
    test::with_endpoint(
        [](http_fixture& f) -> awaitable<void> {
            co_await f.open("2025-11-25");
            CHECK(
                status_of(f, {}, R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})") ==
                503);
        },
        limits);
}

TEST_CASE("a batch is answered as one in a session of 2025-03-26, and nowhere else")
{
    test::with_endpoint([](http_fixture& f) -> awaitable<void> {
        std::string const batch =
            R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},)"
            R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"plain"}},7,)"
            R"({"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":3,"method":"initialize"}])";
        auto const id = co_await f.open("2025-03-26");
        caught_reply reply;
        auto const held = f.post(reply, in(id), batch);
        co_await f.settle();
        REQUIRE(reply.done);
        auto const all = boost::json::parse(reply.text).as_array();
        CHECK(all.size() == 5);
        CHECK(reply.count("\"result\"") == 2);
        CHECK(reply.count("-32600") == 3);
        CHECK(
            status_of(f, in(id), R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])") ==
            202);
        CHECK(status_of(f, in(id), "[]") == 400);

        caught_reply stream;
        auto const talk = f.post(
            stream,
            in(id),
            R"([{"jsonrpc":"2.0","id":1,"method":"ping"},)"
            R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"talk","_meta":{"progressToken":1}}}])");
        co_await f.settle();
        CHECK(stream.streams);
        CHECK(stream.done);
        CHECK(stream.count("\"result\"") == 2);

        auto const newer = co_await f.open("2025-06-18");
        CHECK(status_of(f, in(newer), batch) == 400);
        CHECK(status_of(f, {}, batch) == 400);
    });
}

}  // namespace http_session_test
