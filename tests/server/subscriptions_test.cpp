#include "tests/server/offer.hpp"

#include <doctest/doctest.h>

namespace subscriptions_test {

using boost::asio::awaitable;
using boost::json::parse;
using server::features;
using server::request_context;
using test::conversation;
using test::converse_with;

namespace {

awaitable<mcp::CallToolResult> nothing()
{
    co_return mcp::text_result("");
}

awaitable<mcp::GetPromptResult> no_prompt()
{
    co_return mcp::GetPromptResult();
}

awaitable<mcp::ReadResourceResult> read(std::string uri)
{
    co_return mcp::text_resource(std::move(uri), "text/plain", "text");
}

void add_tool(features& to, std::string name)
{
    to.add_tool(test::tool(std::move(name)), [](request_context&, mcp::json::object const&) {
        return nothing();
    });
}

void add_resource(features& to, std::string uri)
{
    mcp::Resource resource;
    resource.uri = uri;
    resource.name = uri;
    to.add_resource(
        resource, [](request_context&, std::string asked) { return read(std::move(asked)); });
}

void offer(features& to)
{
    add_tool(to, "tool");
    add_resource(to, "run://1/result");
    mcp::Prompt prompt;
    prompt.name = "prompt";
    to.add_prompt(
        prompt, [](request_context&, mcp::prompt_arguments const&) { return no_prompt(); });
}

void listen(conversation& c, std::string const& id, std::string const& filter)
{
    c.send(
        R"({"jsonrpc":"2.0","id":)" + id +
        R"(,"method":"subscriptions/listen","params":{"notifications":)" + filter +
        R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
}

std::string tagged(std::string const& method, std::string const& id, std::string members = "")
{
    return R"({"jsonrpc":"2.0","method":"notifications/)" + method + R"(","params":{)" + members +
           R"("_meta":{"io.modelcontextprotocol/subscriptionId":)" + id + "}}}";
}

}  // namespace

TEST_CASE("a subscription is acknowledged first, and tells of what it asked for and nothing else")
{
    converse_with(offer, [](conversation& c, features& offered) -> awaitable<void> {
        listen(
            c, "7", R"({"toolsListChanged":true,"resourceSubscriptions":["run://1"],"unknown":1})");
        co_await c.peer.waited(1);
        CHECK(
            c.peer.take_line() ==
            tagged(
                "subscriptions/acknowledged",
                "7",
                R"("notifications":{"toolsListChanged":true,"resourceSubscriptions":["run://1"]},)"));
        listen(c, "\"s\"", R"({"promptsListChanged":true})");
        co_await c.peer.waited(1);
        c.peer.take_line();

        add_tool(offered, "another");
        add_tool(offered, "third");
        offered.changes().resource("run://1/result");
        offered.changes().resource("run://12/result");
        co_await c.peer.waited(2);
        CHECK(c.peer.take_line() == tagged("tools/list_changed", "7"));
        CHECK(c.peer.take_line() == tagged("resources/updated", "7", R"("uri":"run://1/result",)"));
        offered.changes().prompts();
        co_await c.peer.waited(1);
        CHECK(c.peer.take_line() == tagged("prompts/list_changed", "\"s\""));

        c.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
        CHECK((co_await c.modern("tools/list")).starts_with("{"));
        offered.remove_tool("another");
        // The peer leaves: what is still open ends with its result.
        c.peer.close();
        co_await c.peer.waited(1);
        auto const end = c.peer.take();
        CHECK(end.at("id") == "s");
        CHECK(end.at("result").at("resultType") == "complete");
        CHECK(end.at("result").at("_meta").at("io.modelcontextprotocol/subscriptionId") == "s");
    });
}

TEST_CASE("a subscription that is none is refused, and one to nothing hears nothing")
{
    converse_with(offer, [](conversation& c, features& offered) -> awaitable<void> {
        for (std::string const filter : {"7", "[]", R"({"toolsListChanged":"yes"})"}) {
            listen(c, "1", filter);
            CHECK((co_await c.peer.next()).at("error").at("code") == -32602);
        }
        listen(c, "1", R"({"taskIds":["x"]})");
        CHECK((co_await c.peer.next()).at("error").at("code") == -32021);
        listen(c, "1", "{}");
        co_await c.peer.waited(1);
        CHECK(
            c.peer.take_line() ==
            tagged("subscriptions/acknowledged", "1", R"("notifications":{},)"));
        offered.changes().tools();
        CHECK((co_await c.modern("tools/list")).starts_with("{"));
        c.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    });
}

TEST_CASE("a legacy session hears of every list, and of the resources it subscribed to")
{
    converse_with(offer, [](conversation& c, features& offered) -> awaitable<void> {
        co_await c.open("2025-11-25");
        offered.changes().resource("run://1/result");
        offered.changes().tools();
        co_await c.peer.waited(1);
        CHECK(
            c.peer.take_line() ==
            R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
        CHECK((co_await c.legacy("resources/subscribe", R"("uri":"run://1/result")")) == "{}");
        CHECK(
            parse(co_await c.legacy("resources/subscribe", R"("uri":"run://2")")).at("code") ==
            -32002);
        offered.changes().resource("run://1/result");
        co_await c.peer.waited(1);
        CHECK(
            c.peer.take_line() == R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
                                  R"("params":{"uri":"run://1/result"}})");
        CHECK((co_await c.legacy("resources/unsubscribe", R"("uri":"run://1/result")")) == "{}");
        offered.changes().resource("run://1/result");
        CHECK((co_await c.legacy("ping")) == "{}");
    });
}

}  // namespace subscriptions_test
