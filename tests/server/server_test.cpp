#include "protocol/json_text.hpp"
#include "protocol/rpc/async.hpp"
#include "server/server.hpp"
#include "tests/server/conversation.hpp"

#include <doctest/doctest.h>

#include <set>

namespace server_test {

using boost::asio::awaitable;
using boost::json::parse;
using test::conversation;
using test::converse;

namespace {

// What each method answers in each era to a request that is right.
std::string modern(std::string const& body, std::string const& hint = "")
{
    return body + R"("resultType":"complete",)" + hint +
           R"("_meta":{"io.modelcontextprotocol/serverInfo":)"
           R"({"name":"s","version":"1","title":"S","description":"d","websiteUrl":"u"}}})";
}

std::string const cached = R"("ttlMs":300000,"cacheScope":"public",)";
std::string const tools = R"({"tools":[{"name":"echo","title":"Echo","inputSchema":{"type":)"
                          R"("object","properties":{"text":{"type":"string"}},"required":["text"],)"
                          R"("additionalProperties":false}},{"name":"work","inputSchema":)"
                          R"({"type":"object"}}])";
std::string const prompts =
    R"({"prompts":[{"name":"greet","arguments":[{"name":"who","required":true}]}])";
std::string const greeting =
    R"({"messages":[{"role":"user","content":{"type":"text","text":"Greet me"}}])";
std::string const echoed = R"({"content":[{"type":"text","text":"hi"}])";

}  // namespace

TEST_CASE("every method answers exactly this in the modern era")
{
    converse([](conversation& c) -> awaitable<void> {
        CHECK(
            co_await c.modern("server/discover") ==
            modern(
                R"({"supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26",)"
                R"("2024-11-05"],"capabilities":{"logging":{},"prompts":{"listChanged":true},)"
                R"("tools":{"listChanged":true},)"
                R"("extensions":{"io.modelcontextprotocol/tasks":{}}},)"
                R"("instructions":"Use it.",)",
                cached));
        CHECK(co_await c.modern("tools/list") == modern(tools + ",", cached));
        CHECK(
            co_await c.modern("tools/call", R"("name":"echo","arguments":{"text":"hi"})") ==
            modern(echoed + ","));
        CHECK(co_await c.modern("prompts/list") == modern(prompts + ",", cached));
        CHECK(
            co_await c.modern("prompts/get", R"("name":"greet","arguments":{"who":"me"})") ==
            modern(greeting + ","));
    });
}

TEST_CASE("every method answers exactly this in the legacy era")
{
    converse([](conversation& c) -> awaitable<void> {
        CHECK(
            co_await c.open("2025-11-25") ==
            R"({"protocolVersion":"2025-11-25","capabilities":{"logging":{},)"
            R"("prompts":{"listChanged":true},"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1","title":"S","description":"d",)"
            R"("websiteUrl":"u"},"instructions":"Use it."})");
        CHECK(co_await c.legacy("ping") == "{}");
        CHECK(co_await c.legacy("logging/setLevel", R"("level":"error")") == "{}");
        CHECK(co_await c.legacy("tools/list") == tools + "}");
        CHECK(
            co_await c.legacy("tools/call", R"("name":"echo","arguments":{"text":"hi"})") ==
            echoed + "}");
        CHECK(co_await c.legacy("prompts/list") == prompts + "}");
        CHECK(
            co_await c.legacy("prompts/get", R"("name":"greet","arguments":{"who":"me"})") ==
            greeting + "}");
    });
}

TEST_CASE("the eras together have the methods of the table, no more and no less")
{
    server::features none;
    server::mcp_server const s({"s", "1", {}, {}, {}, {}}, "", none);
    std::set<std::string_view> in_eras;
    for (auto const* era : {&mcp::legacy(), &mcp::modern()})
        in_eras.insert(era->requests().begin(), era->requests().end());
    std::set<std::string_view> in_table;
    for (auto const& [method, handler] : s.methods().all())
        in_table.insert(method);
    CHECK(in_eras == in_table);
}

TEST_CASE("the handshake echoes a version that is served and counters any other")
{
    for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
        converse([=](conversation& c) -> awaitable<void> {
            auto const hello = parse(co_await c.open(version));
            CHECK(hello.at("protocolVersion") == mcp::json::value(version));
        });
    for (std::string const version : {"2026-07-28", "1999-01-01", ""})
        converse([=](conversation& c) -> awaitable<void> {
            auto const hello = parse(co_await c.open(version));
            CHECK(hello.at("protocolVersion") == "2025-11-25");
        });
}

TEST_CASE("before the handshake only ping, initialize and modern requests are served")
{
    converse([](conversation& c) -> awaitable<void> {
        CHECK(co_await c.legacy("ping") == "{}");
        for (auto const* method : {"tools/list", "server/discover", "nonsense"}) {
            auto const failure = parse(co_await c.legacy(method));
            CHECK(failure.at("code") == -32602);
        }
        CHECK((co_await c.modern("tools/list")).starts_with("{\"tools\""));
        // Nothing of this pinned the connection.
        CHECK(parse(co_await c.open("2025-06-18")).at("protocolVersion") == "2025-06-18");
        CHECK((co_await c.modern("server/discover")).starts_with("{\"supportedVersions\""));
        CHECK(co_await c.legacy("tools/list") == tools + "}");
    });
}

TEST_CASE("a method of the other era, or of none, does not exist")
{
    converse([](conversation& c) -> awaitable<void> {
        for (auto const* method : {"ping", "logging/setLevel", "resources/list", "nonsense"})
            CHECK(parse(co_await c.modern(method)).at("code") == -32601);
        co_await c.open("2025-11-25");
        for (auto const* method : {"server/discover", "resources/list", "completion/complete", ""})
            CHECK(parse(co_await c.legacy(method)).at("code") == -32601);
        CHECK(
            co_await c.legacy("nonsense") ==
            R"({"code":-32601,"message":"Method not found: \"nonsense\""})");
    });
}

TEST_CASE("what is not offered is neither advertised nor answered")
{
    test::run([]() -> awaitable<void> {
        server::features none;
        conversation c(co_await boost::asio::this_coro::executor, none);
        c.start();
        auto const hello = parse(co_await c.open("2025-11-25"));
        CHECK(hello.at("capabilities") == parse(R"({"logging":{}})"));
        for (auto const* method :
             {"tools/list",
              "tools/call",
              "prompts/list",
              "prompts/get",
              "resources/read",
              "completion/complete"})
            CHECK(parse(co_await c.legacy(method)).at("code") == -32601);
        co_await c.stop();
    }());
}

TEST_CASE("names that do not exist and cursors are invalid params")
{
    converse([](conversation& c) -> awaitable<void> {
        CHECK(
            co_await c.modern("tools/call", R"("name":"ecko")") ==
            R"({"code":-32602,"message":"Invalid params: no tool \"ecko\"; )"
            R"(did you mean \"echo\"?"})");
        CHECK(
            co_await c.modern("prompts/get", R"("name":"x")") ==
            R"({"code":-32602,"message":"Invalid params: no prompt \"x\"; there are greet"})");
        CHECK(
            co_await c.modern("tools/call", R"("arguments":{})") ==
            R"({"code":-32602,"message":"params.name: missing"})");
        CHECK(
            co_await c.modern("tools/call", R"("name":"echo","arguments":[])") ==
            R"({"code":-32602,"message":"params.arguments: value is not an object"})");
        for (auto const* method : {"tools/list", "prompts/list"})
            for (auto const* cursor : {R"("cursor":"")", R"("cursor":"abc")", R"("cursor":1)"})
                CHECK(parse(co_await c.modern(method, cursor)).at("code") == -32602);
        for (auto const* arguments : {"{}", R"({"who":1})", R"({"who":"a","how":"b"})"}) {
            auto const params = R"("name":"greet","arguments":)" + std::string(arguments);
            CHECK(parse(co_await c.modern("prompts/get", params)).at("code") == -32602);
        }
        co_await c.open("2025-11-25");
        CHECK(
            parse(co_await c.legacy("logging/setLevel", R"("level":"loud")")).at("code") == -32602);
    });
}

TEST_CASE("arguments that do not fit are told to the model, not to the protocol")
{
    converse([](conversation& c) -> awaitable<void> {
        co_await c.open("2025-11-25");
        CHECK(
            co_await c.legacy("tools/call", R"("name":"echo","arguments":{"txt":"hi"})") ==
            R"({"content":[{"type":"text","text":"arguments: no member \"txt\"; )"
            R"(did you mean \"text\"?"}],"isError":true})");
        CHECK(
            co_await c.legacy("tools/call", R"("name":"echo")") ==
            R"({"content":[{"type":"text","text":"arguments.text: missing"}],"isError":true})");
    });
}

TEST_CASE("a tool that fails says so in its result, and a broken one only in the log")
{
    converse([](conversation& c) -> awaitable<void> {
        co_await c.open("2025-11-25");
        CHECK(
            co_await c.legacy("tools/call", R"("name":"work","arguments":{"fail":1})") ==
            R"({"content":[{"type":"text","text":"no"}],"isError":true})");
        auto const internal =
            R"({"code":-32603,"message":"internal error; the server's log says more"})";
        CHECK(
            co_await c.legacy("tools/call", R"("name":"work","arguments":{"crash":1})") ==
            internal);
        CHECK(c.log.find("tools/call failed: secret") != std::string::npos);
        // What a tool could not decode was not the client's mistake.
        CHECK(
            co_await c.legacy("tools/call", R"("name":"work","arguments":{"decode":1})") ==
            internal);
    });
}

TEST_CASE("a cancelled call is not answered, and nothing more is said about it")
{
    converse([](conversation& c) -> awaitable<void> {
        co_await c.open("2025-11-25");
        c.send(R"({"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"work",)"
               R"("arguments":{"wait":1},"_meta":{"progressToken":"p"}}})");
        CHECK((co_await c.peer.next()).at("params").at("progressToken") == "p");
        c.send(
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w"}})");
        CHECK(co_await c.legacy("ping") == "{}");
        CHECK(c.last_words == 1);  // it tried to say something while it unwound
        CHECK(c.peer.sent() == 0);
    });
}

TEST_CASE("progress and log messages reach the client that asked for them, before the response")
{
    converse([](conversation& c) -> awaitable<void> {
        co_await c.open("2025-11-25");
        auto call = [&](std::string const& meta) {
            c.send(
                R"({"jsonrpc":"2.0","id":0,"method":"tools/call","params":{"name":"work",)"
                R"("arguments":{"talk":1},"_meta":{)" +
                meta + "}}}");
        };
        auto const message =
            R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"warning",)"
            R"("logger":"work","data":"careful"}})";
        call(R"("progressToken":0)");
        co_await c.peer.waited(4);
        CHECK(
            c.peer.take_line() ==
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
            R"({"progressToken":0,"progress":1,"total":2,"message":"half"}})");
        CHECK(c.peer.take_line() == message);
        CHECK(
            c.peer.take_line() ==
            R"({"jsonrpc":"2.0","method":"notifications/progress","params":)"
            R"({"progressToken":0,"progress":2,"total":2,"message":"whole"}})");
        CHECK(c.peer.take().at("id") == 0);

        co_await c.legacy("logging/setLevel", R"("level":"error")");
        call("");
        CHECK((co_await c.peer.next()).at("id") == 0);  // neither asked for

        auto const modern_meta = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                                 R"("io.modelcontextprotocol/clientCapabilities":{})";
        call(modern_meta);
        CHECK((co_await c.peer.next()).at("id") == 0);  // the session's level is not for it
        call(modern_meta + std::string(R"(,"io.modelcontextprotocol/logLevel":"info")"));
        co_await c.peer.waited(2);
        CHECK(c.peer.take_line() == message);
        CHECK(c.peer.take().at("id") == 0);
    });
}

TEST_CASE("an older session gets no field that its version does not know")
{
    converse([](conversation& c) -> awaitable<void> {
        CHECK(
            parse(co_await c.open("2024-11-05")).at("serverInfo") ==
            parse(R"({"name":"s","version":"1"})"));
        CHECK((co_await c.legacy("tools/list")).find("title") == std::string::npos);
        c.send(R"({"jsonrpc":"2.0","id":0,"method":"tools/call","params":{"name":"work",)"
               R"("arguments":{"talk":1},"_meta":{"progressToken":1}}})");
        CHECK(!(co_await c.peer.next()).at("params").as_object().contains("message"));
        co_await c.peer.waited(3);
        for (int i = 0; i < 3; ++i)
            c.peer.take();
        // A second handshake starts anew.
        CHECK(parse(co_await c.open("2025-06-18")).at("serverInfo").as_object().contains("title"));
        CHECK((co_await c.legacy("tools/list")).find("title") != std::string::npos);
    });
}

TEST_CASE("batches are taken in a session of 2025-03-26 and in no other")
{
    converse([](conversation& c) -> awaitable<void> {
        auto const batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},)"
                           R"({"jsonrpc":"2.0","id":2,"method":"ping"}])";
        for (std::string const version : {"2025-11-25", "2025-03-26", "2025-06-18"}) {
            co_await c.open(version);
            c.send(batch);
            auto const reply = co_await c.peer.next();
            CHECK(reply.is_array() == (version == "2025-03-26"));
        }
    });
}

}  // namespace server_test
