#include "server/features/completion.hpp"
#include "server/features/page.hpp"
#include "tests/server/offer.hpp"

#include <doctest/doctest.h>

namespace features_test {

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

auto const idle = [](request_context&, mcp::json::object const&) { return nothing(); };

awaitable<mcp::ReadResourceResult> read(std::string uri, std::string text)
{
    co_return mcp::text_resource(std::move(uri), "text/plain", std::move(text));
}

awaitable<mcp::GetPromptResult> no_prompt()
{
    co_return mcp::GetPromptResult();
}

void offer_resources(features& to)
{
    mcp::Resource one;
    one.uri = "x:one";
    one.name = "one";
    one.title = "One";
    to.add_resource(one, [](request_context&, std::string uri) { return read(uri, "1"); });
    mcp::ResourceTemplate file;
    file.uriTemplate = "x:run/{id}/{+path}";
    file.name = "file";
    server::completers complete;
    complete["id"] = server::one_of({"alpha", "beta", "alphabet"});
    to.add_resource_template(
        file,
        [](request_context&, std::string uri, mcp::uri_variables const& v) {
            return read(std::move(uri), v.at("id") + " " + v.at("path"));
        },
        std::move(complete));
    to.add_skill(
        {"demo", "A demo"},
        {{"SKILL.md", "text/markdown", "---\nname: demo\n---\n"},
         {"references/a.md", "text/markdown", "a"}});
}

}  // namespace

TEST_CASE("resources are listed, and read by their URI or by that of a template")
{
    converse_with(offer_resources, [](conversation& c, features&) -> awaitable<void> {
        auto const listed = parse(co_await c.modern("resources/list"));
        CHECK(listed.at("resources").as_array().size() == 3);
        CHECK(
            mcp::json_text(listed.at("resources").at(0)) ==
            R"({"uri":"x:one","name":"one","title":"One"})");
        auto const templates = parse(co_await c.modern("resources/templates/list"));
        CHECK(templates.at("resourceTemplates").at(0).at("uriTemplate") == "x:run/{id}/{+path}");
        auto const text = [&](std::string uri) -> awaitable<std::string> {
            auto const found =
                parse(co_await c.modern("resources/read", R"("uri":")" + uri + "\""));
            CHECK(found.at("ttlMs") == 0);
            CHECK(found.at("cacheScope") == "private");
            co_return std::string(found.at("contents").at(0).at("text").as_string());
        };
        CHECK(co_await text("x:one") == "1");
        CHECK(co_await text("x:run/7/app/route.ts") == "7 app/route.ts");
        auto const missing = co_await c.modern("resources/read", R"("uri":"x:two")");
        CHECK(parse(missing).at("code") == -32602);
        CHECK(mcp::json_text(parse(missing).at("data")) == R"({"uri":"x:two"})");
        co_await c.open("2024-11-05");
        CHECK((co_await c.legacy("resources/list")).find("title") == std::string::npos);
        CHECK(parse(co_await c.legacy("resources/read", R"("uri":"x:two")")).at("code") == -32002);
    });
}

TEST_CASE("a skill is listed with the digests of its files, which are resources, in folders")
{
    converse_with(offer_resources, [](conversation& c, features&) -> awaitable<void> {
        auto const listed = parse(co_await c.modern("skills/list"));
        auto const& skill = listed.at("skills").at(0);
        CHECK(skill.at("uri") == "skill://demo/SKILL.md");
        CHECK(skill.at("resources").at(1).at("size") == 1);
        CHECK(
            skill.at("resources").at(1).at("digest") ==
            "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
        auto const got = parse(co_await c.modern("skills/get", R"("uri":"skill://demo/SKILL.md")"));
        CHECK(got.at("skill") == skill);
        auto const top =
            parse(co_await c.modern("resources/directory/read", R"("uri":"skill://demo/")"));
        CHECK(top.at("resources").at(1).at("mimeType") == "inode/directory");
        auto const folder = top.at("resources").at(1).at("uri");
        auto const inner = parse(
            co_await c.modern("resources/directory/read", R"("uri":)" + mcp::json_text(folder)));
        CHECK(inner.at("resources").at(0).at("uri") == "skill://demo/references/a.md");
        for (std::string const method : {"skills/get", "resources/directory/read"})
            CHECK(
                parse(co_await c.modern(method, R"("uri":"skill://demo/references/a.md")"))
                    .at("code") == -32602);
    });
}

TEST_CASE("what was typed is completed with what begins with it, contains it, or has its letters")
{
    auto const done = server::rank({"contains-api", "api/b", "a-p-i", "API/a", "zzz"}, "api");
    CHECK(done.values == std::vector<std::string>{"api/b", "API/a", "contains-api", "a-p-i"});
    CHECK(done.total == 4);
    std::vector<std::string> const many(250, "x");
    auto const first = server::rank(many, "");
    CHECK(first.values.size() == 100);
    CHECK(first.total == 250);
    CHECK(first.hasMore == true);
}

TEST_CASE("arguments of prompts and variables of templates are completed, others are not there")
{
    converse_with(
        [](features& to) {
            offer_resources(to);
            mcp::Prompt prompt;
            prompt.name = "p";
            prompt.arguments = {{"route", {}, {}, true}, {"free", {}, {}, {}}};
            server::completers complete;
            complete["route"] = server::one_of({"/api", "/app"});
            to.add_prompt(
                prompt,
                [](request_context&, mcp::prompt_arguments const&) { return no_prompt(); },
                std::move(complete));
        },
        [](conversation& c, features&) -> awaitable<void> {
            auto const ask = [&](std::string ref, std::string argument) -> awaitable<std::string> {
                auto const got = parse(co_await c.modern(
                    "completion/complete",
                    R"("ref":)" + ref + R"(,"argument":{"name":")" + argument +
                        R"(","value":"a"},"context":{"arguments":{"other":"x"}})"));
                auto const* completion = got.as_object().if_contains("completion");
                co_return completion ? mcp::json_text(completion->at("values"))
                                     : mcp::json_text(got.at("code"));
            };
            std::string const prompt = R"({"type":"ref/prompt","name":"p"})";
            CHECK(co_await ask(prompt, "route") == R"(["/api","/app"])");
            CHECK(co_await ask(prompt, "free") == "[]");
            std::string const file = R"({"type":"ref/resource","uri":"x:run/{id}/{+path}"})";
            CHECK(co_await ask(file, "id") == R"(["alpha","alphabet","beta"])");
            CHECK(co_await ask(R"({"type":"ref/prompt","name":"q"})", "a") == "-32602");
            CHECK(co_await ask(R"({"type":"ref/resource","uri":"x:one"})", "a") == "-32602");
            CHECK(co_await ask(R"({"type":"ref/else"})", "a") == "-32602");
        });
}

TEST_CASE("a list comes in pages, and its cursor leads to the next one only")
{
    mcp::json::array const all{1, 2, 3, 4, 5};
    mcp::PaginatedRequestParams asked;
    std::string seen;
    for (int pages = 0; pages < 3; ++pages) {
        auto const page = server::page_of(all, "tools", asked, 2);
        seen += mcp::json_text(page.at("tools"));
        CHECK(page.contains("nextCursor") == (pages < 2));
        if (pages < 2)
            asked.cursor = std::string(page.at("nextCursor").as_string());
    }
    CHECK(seen == "[1,2][3,4][5]");
    CHECK_THROWS_AS(server::page_of(all, "prompts", asked, 2), mcp::jsonrpc::error);
    asked.cursor = "";
    CHECK_THROWS_AS(server::page_of(all, "tools", asked, 2), mcp::jsonrpc::error);
}

TEST_CASE("a tool that no client could use is refused when it is added")
{
    features f;
    CHECK_THROWS_AS(f.add_tool(test::tool("a name"), idle), std::logic_error);
    CHECK_THROWS_AS(f.add_tool(test::tool(std::string(129, 'a')), idle), std::logic_error);
    CHECK_THROWS_AS(
        f.add_tool(test::tool("t", parse(R"({"type":"strin"})").as_object()), idle),
        std::logic_error);
    CHECK_THROWS_AS(
        f.add_tool(
            test::tool(
                "t",
                parse(
                    R"({"type":"object","properties":{"a":{"type":"object","x-mcp-header":"A"}}})")
                    .as_object()),
            idle),
        std::logic_error);
    f.add_tool(test::tool("t"), idle);
    CHECK_THROWS_AS(f.add_tool(test::tool("t"), idle), std::logic_error);
}

TEST_CASE("arguments that do not fit a tool's schema are told to the model with their place")
{
    converse_with(
        [](features& to) {
            auto const schema = parse(
                R"({"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})");
            to.add_tool(test::tool("t", schema.as_object()), idle);
        },
        [](conversation& c, features&) -> awaitable<void> {
            auto const wrong =
                parse(co_await c.modern("tools/call", R"("name":"t","arguments":{"n":"x"})"));
            CHECK(wrong.at("isError") == true);
            CHECK(
                wrong.at("content").at(0).at("text") ==
                "arguments.n: expected an integer, got a string");
            auto const missing = parse(co_await c.modern("tools/call", R"("name":"t")"));
            CHECK(missing.at("isError") == true);
        });
}

}  // namespace features_test
