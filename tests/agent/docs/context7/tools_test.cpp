#include "agent/docs/context7/tools.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace tools_test {

using namespace agent;
namespace json = boost::json;

namespace {

downstream_tool tool(std::string name, char const* schema)
{
    return {std::move(name), json::parse(schema).get_object()};
}

// As listed by 1.0.8, 1.0.33, 2.0.0 to 4.1.1 and 2.2.0.
std::vector<downstream_tool> oldest()
{
    return {
        tool(
            "resolve-library-id",
            R"({"properties":{"libraryName":{}},"required":["libraryName"]})"),
        tool(
            "get-library-docs",
            R"({"properties":{"context7CompatibleLibraryID":{},"topic":{},"tokens":{}},"required":["context7CompatibleLibraryID"]})")};
}

std::vector<downstream_tool> newest(char const* docs_schema = nullptr)
{
    return {
        tool("extra", "{}"),
        tool(
            "resolve-library-id",
            R"({"properties":{"query":{},"libraryName":{}},"required":["query","libraryName"]})"),
        tool(
            "query-docs",
            docs_schema
                ? docs_schema
                : R"({"properties":{"libraryId":{},"query":{}},"required":["libraryId","query"]})")};
}

}  // namespace

TEST_CASE("the tools of the oldest and the newest servers are called by their own arguments")
{
    auto const old = find_context7_tools(oldest());
    REQUIRE(old.has_value());
    CHECK(json::serialize(search_arguments(*old, "zod", "emails")) == R"({"libraryName":"zod"})");
    CHECK(
        json::serialize(docs_arguments(*old, "/a/b", "emails")) ==
        R"({"context7CompatibleLibraryID":"/a/b","topic":"emails","tokens":5000})");
    auto const current = find_context7_tools(newest());
    REQUIRE(current.has_value());
    CHECK(
        json::serialize(search_arguments(*current, "zod", "emails")) ==
        R"({"libraryName":"zod","query":"emails"})");
    CHECK(
        json::serialize(docs_arguments(*current, "/a/b", "emails")) ==
        R"({"libraryId":"/a/b","query":"emails"})");
}

TEST_CASE("an argument that the server does not demand is not given")
{
    auto const tools = find_context7_tools(newest(
        R"({"properties":{"libraryId":{},"query":{},"researchMode":{}},"required":["libraryId","query"]})"));
    REQUIRE(tools.has_value());
    CHECK(!docs_arguments(*tools, "/a/b", "x").contains("researchMode"));
}

TEST_CASE("an unknown argument that is demanded, and a missing tool, are named")
{
    auto const reason = [](std::vector<downstream_tool> const& offered) {
        auto const tools = find_context7_tools(offered);
        return tools.has_value() ? "" : tools.error().reason;
    };
    CHECK(
        reason(
            newest(
                R"({"properties":{"libraryId":{},"query":{},"tenant":{}},"required":["libraryId","tenant"]})"))
            .find("query-docs demands the argument tenant") != std::string::npos);
    CHECK(
        reason(newest(R"({"properties":{"id":{}},"required":["id"]})")).find("a library's id") !=
        std::string::npos);
    CHECK(reason({}).find("no tool to find a library") != std::string::npos);
    auto only_search = newest();
    only_search.pop_back();
    CHECK(reason(only_search).find("no tool to query documentation") != std::string::npos);
    CHECK(reason({tool("resolve-library-id", "{}"), tool("query-docs", "{}")}) != "");
}

TEST_CASE("arguments are cut at 500 characters, not bytes")
{
    auto const tools = find_context7_tools(newest());
    REQUIRE(tools.has_value());
    std::string question;
    for (int i = 0; i < 600; ++i)
        question += "ä";
    auto const arguments = docs_arguments(*tools, "/a/b", question);
    CHECK(arguments.at("query").get_string().size() == 1000);
}

}  // namespace tools_test
