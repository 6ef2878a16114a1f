#include "agent/downstream/mcp_client.hpp"
#include "tests/agent/downstream/fake_server.hpp"
#include "tests/support.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace mcp_client_test {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace agent;
using namespace std::chrono_literals;
using asio::awaitable;
using test::discovered;

namespace {

std::string const initialized =
    R"(*'"initialize"'*) reply '{"protocolVersion":"2025-06-18","serverInfo":{"name":"old","version":"1"}}';;
*notifications/initialized*) greeted=yes;;
*server/discover*) fail -32601;;
)";
std::string const echo =
    R"(*tools/call*) reply '{"content":[{"type":"text","text":"hello"},{"type":"image","data":""},{"type":"text","text":"again"}]}';;
)";

mcp::logger silent()
{
    return {};
}

awaitable<std::string> called(mcp_client& client, std::chrono::milliseconds limit = 2000ms)
{
    auto const answer = co_await client.call_tool("t", json::object(), limit);
    if (answer.has_error())
        co_return "error: " + answer.error().message;
    co_return answer->text;
}

// What a test says about a client of one fake server.
template <class Body>
void with_server(downstream_server server, Body body)
{
    test::run([](downstream_server started, Body& body) -> awaitable<void> {
        mcp_client client(co_await asio::this_coro::executor, std::move(started), silent());
        co_await body(client);
    }(std::move(server), body));
}

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a modern server is called with the envelope")
{
    auto const cases = discovered + R"(
*tools/call*protocolVersion*2026-07-28*nextjs-backend-engineer*clientCapabilities*) reply '{"resultType":"complete","content":[{"type":"text","text":"modern"}]}';;
)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(co_await called(client) == "modern");
    });
}

TEST_CASE("a legacy server is initialized in the same process, and called without the envelope")
{
    auto const cases = initialized + R"(
*tools/call*_meta*) reply '{"content":[{"type":"text","text":"envelope"}]}';;
*tools/call*) reply "{\"content\":[{\"type\":\"text\",\"text\":\"$greeted\"}]}";;
)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(co_await called(client) == "yes");
    });
}

TEST_CASE("a server that dies of the probe is initialized in a new process")
{
    std::string const cases = R"(*server/discover*) exit 1;;
)" + initialized + echo;
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(co_await called(client) == "hello\nagain");
    });
}

TEST_CASE("a server that is silent to the probe is initialized in a new process")
{
    std::string const cases = R"(*server/discover*) :;;
)" + initialized + echo;
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(co_await called(client) == "hello\nagain");
    });
}

TEST_CASE("a server without a version in common is not used, and its versions are named")
{
    auto const cases = R"(*server/discover*) reply '{"supportedVersions":["2031-01-01"]}';;)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        auto const text = co_await called(client);
        CHECK(contains(text, "fake cannot be used"));
        CHECK(contains(text, "2031-01-01"));
    });
    auto const odd = R"(*server/discover*) fail -32601;;
*initialize*) reply '{"protocolVersion":"1999-01-01"}';;)";
    with_server(test::fake_server(odd), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client), "does not speak"));
    });
}

TEST_CASE("a server that ends at once is reported with its last words")
{
    with_server(
        test::fake_server("", "echo 'no such \033[1mmodule' >&2; exit 7"),
        [](mcp_client& client) -> awaitable<void> {
            auto const text = co_await called(client);
            INFO(text);
            CHECK(contains(text, "exited with code 7"));
            CHECK(contains(text, "it said last: no such [1mmodule"));
        });
}

TEST_CASE("a command that is not there is reported by its name")
{
    auto server = test::fake_server("");
    server.command.argv = {"no-such-server"};
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client), "no-such-server: it is in no directory of PATH"));
    });
}

TEST_CASE("a server that keeps failing is left alone for a while")
{
    auto server = test::fake_server("", "exit 1");
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        for (int i = 0; i < 5; ++i)
            CHECK(contains(co_await called(client), "exited with code 1"));
        CHECK(contains(co_await called(client), "failed too often in the last minute"));
    });
}

TEST_CASE("a server that dies in the middle of a call fails that call, and the next one works")
{
    auto const mark =
        std::filesystem::temp_directory_path() / ("nbe-mark-" + std::to_string(::getpid()));
    std::ofstream(mark) << "once";
    auto const cases = discovered + "*tools/call*) if [ -e " + mark.string() + " ]; then rm " +
                       mark.string() + "; kill -9 $$; fi; reply '{\"content\":[]}';;\n";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        auto const text = co_await called(client);
        CHECK(contains(text, "fake ended during the call: its process killed by signal 9"));
        CHECK(co_await called(client) == "");
    });
    CHECK(!std::filesystem::exists(mark));
}

TEST_CASE("a call that takes too long is cancelled; the server stays")
{
    auto const cases = discovered + R"(
*notifications/cancelled*) cancelled=yes;;
*tools/call*) if [ -n "$cancelled" ]; then reply '{"content":[{"type":"text","text":"was told"}]}'; fi;;
)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client, 50ms), "did not answer within 50 ms"));
        CHECK(co_await called(client) == "was told");
    });
}

TEST_CASE("a server that answers nothing any more is ended and started anew")
{
    auto const mark =
        std::filesystem::temp_directory_path() / ("nbe-hang-" + std::to_string(::getpid()));
    std::ofstream(mark) << "once";
    auto const cases = discovered + "*tools/call*) if [ -e " + mark.string() + " ]; then rm " +
                       mark.string() + "; sleep 60; fi; reply '{\"content\":[]}';;\n";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client, 50ms), "did not answer"));
        co_await mcp::sleep_for(400ms);
        CHECK(co_await called(client) == "");
    });
}

TEST_CASE("concurrent first calls share one start")
{
    auto const log =
        std::filesystem::temp_directory_path() / ("nbe-starts-" + std::to_string(::getpid()));
    auto server = test::fake_server(discovered + echo, "echo started >> " + log.string() + "\n");
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        std::vector<awaitable<std::string>> calls;
        calls.reserve(5);
        for (int i = 0; i < 5; ++i)
            calls.push_back(called(client));
        for (auto const& text : co_await mcp::when_all(std::move(calls)))
            CHECK(text == "hello\nagain");
    });
    std::ifstream starts(log);
    std::string text((std::istreambuf_iterator<char>(starts)), std::istreambuf_iterator<char>());
    CHECK(text == "started\n");
    std::filesystem::remove(log);
}

TEST_CASE("a caller that gives up does not stop the start that others wait for")
{
    auto server = test::fake_server(discovered + echo, "sleep 0.1\n");
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        bool gave_up = false;
        try {
            co_await mcp::with_timeout(called(client), 20ms);
        } catch (boost::system::system_error const& e) {
            gave_up = e.code() == asio::error::timed_out;
        }
        CHECK(gave_up);
        CHECK(co_await called(client) == "hello\nagain");
    });
}

TEST_CASE("a start that takes long goes on without those who lost patience")
{
    auto server = test::fake_server(discovered + echo, "sleep 0.2\n");
    server.patience = 50ms;
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client), "fake is still starting"));
        co_await mcp::sleep_for(300ms);
        CHECK(co_await called(client) == "hello\nagain");
    });
}

TEST_CASE("junk on stdout is passed over, a message that is too long is not")
{
    with_server(
        test::fake_server(discovered + echo, "echo 'Welcome!'; echo '[1,2]'; echo\n"),
        [](mcp_client& client) -> awaitable<void> {
            CHECK(co_await called(client) == "hello\nagain");
        });
    auto server = test::fake_server(
        discovered + "*tools/call*) printf '{'; head -c 200000 /dev/zero | tr '\\0' x; echo;;\n");
    server.max_message = 100'000;
    with_server(std::move(server), [](mcp_client& client) -> awaitable<void> {
        CHECK(contains(co_await called(client), "it sent a message that is too long"));
    });
}

TEST_CASE("a ping is answered, other requests of the server are refused, unknown ids ignored")
{
    auto const cases = discovered + R"(
*tools/call*) call=$id; echo '{"jsonrpc":"2.0","id":1,"method":"ping"}'
 echo '{"jsonrpc":"2.0","id":"e","method":"elicitation/create","params":{}}'
 echo '{"jsonrpc":"2.0","id":999,"result":{"content":[]}}';;
*'"id":1,"result":{}'*) ping=yes;;
*'"id":"e","error":{"code":-32601'*) id=$call; reply "{\"content\":[{\"type\":\"text\",\"text\":\"$ping\"}]}";;
)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        CHECK(co_await called(client) == "yes");
    });
}

TEST_CASE("what a tool answers is told apart: text, its own error, a refusal, nonsense")
{
    auto const answer = [](std::string const& reply) {
        std::string text;
        bool is_error = false;
        with_server(
            test::fake_server(discovered + "*tools/call*) " + reply + ";;\n"),
            [&](mcp_client& client) -> awaitable<void> {
                auto const result = co_await client.call_tool("t", json::object(), 2000ms);
                if (result.has_error()) {
                    text = result.error().message;
                } else {
                    text = result->text;
                    is_error = result->is_error;
                }
            });
        return text + (is_error ? " (error)" : "");
    };
    CHECK(
        answer(
            R"(reply '{"content":[{"type":"text","text":"a\u202eb\u001b[1m"}],"isError":true}')") ==
        "ab[1m (error)");
    CHECK(answer("fail -32602") == "fake refused the call: no");
    auto const nonsense = "fake answered the call with something else than a tool's result";
    CHECK(answer(R"(reply '{}')") == nonsense);
    auto const odd = "fake cannot be understood: it ";
    CHECK(answer(R"(reply '[]')").starts_with(odd));
    CHECK(answer(R"(reply '{"content":[],"resultType":"input_required"}')").starts_with(odd));
}

TEST_CASE("tools are listed over all pages, the first of a name counts, and lists end")
{
    auto const cases = discovered + R"(
*tools/list*cursor*p2*) reply '{"tools":[{"name":"a","inputSchema":{"second":1}},{"name":"b","inputSchema":{}},{"name":"bad"}]}';;
*tools/list*) reply '{"tools":[{"name":"a","inputSchema":{"first":1}}],"nextCursor":"p2"}';;
)";
    with_server(test::fake_server(cases), [](mcp_client& client) -> awaitable<void> {
        auto const tools = co_await client.list_tools(2000ms);
        REQUIRE(tools.has_value());
        REQUIRE(tools->size() == 2);
        CHECK(tools->at(0).input_schema.contains("first"));
        CHECK(tools->at(1).name == "b");
    });
    auto const endless = discovered + R"(
*tools/list*) reply '{"tools":[],"nextCursor":"again"}';;
)";
    with_server(test::fake_server(endless), [](mcp_client& client) -> awaitable<void> {
        auto const tools = co_await client.list_tools(2000ms);
        REQUIRE(tools.has_value());
        CHECK(tools->empty());
    });
}

TEST_CASE("no process outlives its client, nor the loop")
{
    {
        asio::io_context ctx;
        mcp_client client(ctx.get_executor(), test::fake_server(discovered + echo), silent());
        std::string text;
        asio::co_spawn(ctx, called(client), [&](std::exception_ptr, std::string answer) {
            text = std::move(answer);
            ctx.stop();
        });
        ctx.run_for(5s);
        CHECK(text == "hello\nagain");
    }
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
    asio::io_context ctx;
    {
        mcp_client client(ctx.get_executor(), test::fake_server(discovered + echo), silent());
        asio::co_spawn(ctx, called(client), [](std::exception_ptr, std::string const&) {});
        ctx.poll();
    }
    ctx.run_for(5s);
    CHECK(ctx.stopped());
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

}  // namespace mcp_client_test
