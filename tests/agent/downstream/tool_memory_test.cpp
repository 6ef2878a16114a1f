#include "agent/downstream/tool_memory.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace tool_memory_test {

using agent::tool_memory;
namespace json = boost::json;

namespace {

json::object call(char const* name, char const* arguments)
{
    return json::object{{"name", name}, {"arguments", json::parse(arguments)}};
}

json::value listed()
{
    return json::parse(R"({"tools": [
        {"name": "a", "inputSchema": {"properties": {"r": {"type": "string", "x-mcp-header": "R"}}}},
        {"name": "b", "inputSchema": {"properties": {"r": {"type": "number", "x-mcp-header": "R"}}}},
        {"name": "c", "inputSchema": {}, "annotations": {"idempotentHint": true}},
        {"name": "no schema"}, 7], "nextCursor": "p2"})");
}

}  // namespace

TEST_CASE("a listed tool's annotated arguments become headers, those of others do not")
{
    tool_memory tools;
    CHECK(tools.headers(call("a", R"({"r": "eu"})")).empty());
    auto result = listed();
    tools.learn(result, true);
    auto const headers = tools.headers(call("a", R"({"r": "eu", "s": "x"})"));
    REQUIRE(headers.size() == 1);
    CHECK(headers.front() == std::pair<std::string, std::string>("Mcp-Param-R", "eu"));
    CHECK(tools.headers(call("a", R"({"r": null})")).empty());
    CHECK(tools.headers(call("c", R"({"r": "eu"})")).empty());
    CHECK(tools.headers(json::object()).empty());
}

TEST_CASE("a tool with invalid annotations is taken out of the list where they count")
{
    tool_memory tools;
    auto result = listed();
    auto const dropped = tools.learn(result, true);
    REQUIRE(dropped.size() == 1);
    CHECK(dropped.front().starts_with("its tool b is left out: "));
    CHECK(result.at("tools").as_array().size() == 4);
    CHECK(result.at("tools").at(0) == listed().at("tools").at(0));
    CHECK(result.at("nextCursor") == "p2");

    auto untouched = listed();
    CHECK(tools.learn(untouched, false).empty());
    CHECK(untouched == listed());
    for (auto const* odd : {"7", "{}", R"({"tools": 7})"}) {
        auto value = json::parse(odd);
        CHECK(tools.learn(value, true).empty());
    }
}

TEST_CASE("only a tool that says so may be called twice")
{
    tool_memory tools;
    auto result = listed();
    tools.learn(result, false);
    CHECK(tools.repeatable(call("c", "{}")));
    CHECK(!tools.repeatable(call("a", "{}")));
    CHECK(!tools.repeatable(call("unknown", "{}")));
}

}  // namespace tool_memory_test
