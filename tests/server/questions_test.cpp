#include "tests/server/offer.hpp"

#include <doctest/doctest.h>

namespace questions_test {

using boost::asio::awaitable;
using boost::json::parse;
using server::features;
using server::input_required;
using server::request_context;
using test::conversation;
using test::converse_with;
using outcome = server::outcome<mcp::CallToolResult>;

namespace {

mcp::InputRequest name_form()
{
    auto const schema =
        parse(R"({"type":"object","properties":{"name":{"type":"string"}},"required":["name"]})");
    return mcp::elicit("Name?", schema.as_object());
}

// Asks for a name, with a state, and greets.
awaitable<outcome> greet(request_context& ctx)
{
    auto const answer = ctx.elicited("who", name_form());
    if (!answer)
        co_return input_required{{{"who", name_form()}}, "asked"};
    if (ctx.state() != "asked")
        throw std::logic_error("answered without having been asked");
    if (answer->action != mcp::ElicitAction::accept)
        co_return mcp::text_result("Hello, stranger");
    auto const name = std::string(answer->content->at("name").as_string());
    co_return mcp::text_result("Hello, " + name);
}

void offer(features& to)
{
    to.add_tool(test::tool("greet"), [](request_context& ctx, mcp::json::object const&) {
        return greet(ctx);
    });
}

// A modern call of greet with these members, from a client that can fill in forms.
std::string const meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                         R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}})";

awaitable<mcp::json::object> call(conversation& c, std::string members = "")
{
    auto const text = co_await c.legacy("tools/call", R"("name":"greet",)" + members + meta);
    co_return test::without_meta(text);
}

}  // namespace

TEST_CASE("in the modern era a question is the result, and the retry with its state goes on")
{
    converse_with(offer, [](conversation& c, features&) -> awaitable<void> {
        auto const asked = co_await call(c);
        CHECK(asked.at("resultType") == "input_required");
        CHECK(asked.at("inputRequests").at("who").at("method") == "elicitation/create");
        auto const state = R"("requestState":)" + mcp::json_text(asked.at("requestState")) + ",";
        auto const answer =
            R"("inputResponses":{"who":{"action":"accept","content":{"name":"Ada"}}},)";
        auto const done = co_await call(c, state + answer);
        CHECK(mcp::json_text(done.at("content")) == R"([{"type":"text","text":"Hello, Ada"}])");
        CHECK(done.at("resultType") == "complete");
        // Once.
        CHECK((co_await call(c, state + answer)).at("code") == -32602);
    });
}

TEST_CASE("an answer that does not fit its question is asked for again")
{
    converse_with(offer, [](conversation& c, features&) -> awaitable<void> {
        for (auto const* answers :
             {R"({})",
              R"({"other":{"action":"accept"}})",
              R"({"who":12345})",
              R"({"who":{"action":"maybe"}})",
              R"({"who":{"action":"accept"}})",
              R"({"who":{"action":"accept","content":{"name":7}}})"}) {
            auto const again =
                co_await call(c, R"("inputResponses":)" + std::string(answers) + ",");
            CHECK(again.at("resultType") == "input_required");
        }
        auto const wrong = co_await call(c, R"("inputResponses":[],)");
        CHECK(wrong.at("code") == -32602);
    });
}

TEST_CASE("a state that was not sealed for this very call is refused")
{
    converse_with(
        [](features& to) {
            offer(to);
            to.add_tool(test::tool("other"), [](request_context& ctx, mcp::json::object const&) {
                return greet(ctx);
            });
        },
        [](conversation& c, features&) -> awaitable<void> {
            auto const asked = co_await call(c);
            auto const state = std::string(asked.at("requestState").as_string());
            for (auto const& wrong : {state + "-TAMPERED", std::string("x"), std::string()}) {
                auto const refused = co_await call(c, R"("requestState":")" + wrong + "\",");
                CHECK(refused.at("code") == -32602);
            }
            auto const other = co_await c.legacy(
                "tools/call", R"("name":"other","requestState":")" + state + "\"," + meta);
            CHECK(parse(other).at("code") == -32602);
            auto const changed =
                co_await call(c, R"("arguments":{"x":1},"requestState":")" + state + "\",");
            CHECK(changed.at("code") == -32602);
        });
}

TEST_CASE("only what a client declared it can answer is asked")
{
    converse_with(offer, [](conversation& c, features&) -> awaitable<void> {
        auto const refused = parse(co_await c.modern("tools/call", R"("name":"greet")"));
        CHECK(refused.at("code") == -32021);
        CHECK(
            mcp::json_text(refused.at("data")) ==
            R"({"requiredCapabilities":{"elicitation":{"form":{}}}})");
        co_await c.open("2025-11-25");
        CHECK(parse(co_await c.legacy("tools/call", R"("name":"greet")")).at("code") == -32602);
    });
}

TEST_CASE("in a legacy session the same question is a request to the client")
{
    converse_with(offer, [](conversation& c, features&) -> awaitable<void> {
        co_await c.legacy(
            "initialize", R"("protocolVersion":"2025-11-25","capabilities":{"elicitation":{}})");
        for (std::string const result :
             {R"("result":{"action":"accept","content":{"name":"Ada"}})",
              R"("result":{"action":"decline"})"}) {
            c.send(R"({"jsonrpc":"2.0","id":"t","method":"tools/call","params":{"name":"greet"}})");
            auto const question = co_await c.peer.next();
            CHECK(question.at("method") == "elicitation/create");
            c.send(
                R"({"jsonrpc":"2.0","id":)" + mcp::json_text(question.at("id")) + "," + result +
                "}");
            auto const reply = co_await c.peer.next();
            auto const expected =
                result.find("Ada") != std::string::npos ? "Hello, Ada" : "Hello, stranger";
            CHECK(reply.at("result").at("content").at(0).at("text") == expected);
        }
    });
}

}  // namespace questions_test
