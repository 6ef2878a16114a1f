#include "agent/tools/input.hpp"
#include "agent/tools/project_tools.hpp"
#include "protocol/text.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace project_tools_test {

using test::temporary_project;

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

// The tools over a temporary project, called as a model would.
class bench {
public:
    explicit bench(temporary_project const& project) : edits(project.root())
    {
        tools_ = agent::project_tools(edits, pool_.get_executor());
    }
    ~bench() { pool_.join(); }

    agent::tool& find(std::string_view name)
    {
        for (auto const& tool : tools_)
            if (tool->declaration().name == name)
                return *tool;
        throw std::runtime_error("no such tool");
    }

    agent::tool_answer call(std::string_view name, std::string const& input)
    {
        agent::tool_answer answer;
        std::exception_ptr failure;
        auto body = [&]() -> asio::awaitable<void> {
            auto arguments = json::parse(input).as_object();
            answer = co_await find(name).run(std::move(arguments));
        };
        asio::co_spawn(loop, body(), [&](std::exception_ptr e) { failure = e; });
        loop.restart();
        loop.run_for(std::chrono::seconds(20));
        if (failure)
            std::rethrow_exception(failure);
        return answer;
    }

    bool has(agent::tool_answer const& answer, std::string_view text)
    {
        return answer.text.find(text) != std::string::npos;
    }

    // Outlives the pool, whose threads let go of it after they have answered.
    asio::io_context loop;
    agent::staged_edits edits;

private:
    asio::thread_pool pool_{2};
    std::vector<std::unique_ptr<agent::tool>> tools_;
};

}  // namespace

TEST_CASE("every project tool says when to call it and takes nothing but its fields")
{
    temporary_project const project;
    agent::staged_edits edits(project.root());
    asio::thread_pool pool(1);
    auto const tools = agent::project_tools(edits, pool.get_executor());
    CHECK(tools.size() == 6);
    for (auto const& tool : tools) {
        auto const& declared = tool->declaration();
        CAPTURE(declared.name);
        CHECK(declared.description.find("Call this ") != std::string::npos);
        CHECK(declared.input_schema.at("additionalProperties") == json::value(false));
        CHECK(declared.input_schema.contains("required"));
        for (auto const& [name, property] : declared.input_schema.at("properties").as_object())
            CHECK(property.as_object().contains("description"));
    }
    auto const readers = agent::project_tools(edits, pool.get_executor(), false);
    CHECK(readers.size() == 3);
    for (auto const& tool : readers)
        CHECK(tool->read_only());
    pool.join();
}

TEST_CASE("wrong input is answered with what was expected and the nearest name")
{
    temporary_project const project;
    bench tools(project);
    auto const misspelt = tools.call("read_file", R"({"file_path":"a.ts"})");
    CHECK(misspelt.is_error);
    CHECK(tools.has(misspelt, "\"path\" is missing"));
    CHECK(tools.has(misspelt, "did you mean \"path\""));
    CHECK(tools.has(misspelt, "\"required\":[\"path\"]"));
    CHECK(
        tools.call("read_file", R"({"path":7})").text.find("must be of type string") !=
        std::string::npos);
    CHECK(tools.call("read_file", R"({"path":null})").is_error);
    CHECK(tools.call("read_file", R"({"path":"a","limit":"many"})").is_error);
    CHECK(tools.call("read_file", R"({"path":"a","limit":1.5})").is_error);
    CHECK(tools.call("edit_file", "{}").is_error);
    project.write("a.ts", "x\ny\n");
    CHECK(!tools.call("read_file", R"({"path":"a.ts","limit":"1","offset":2.0})").is_error);
    CHECK(agent::closest("new_sting", {"path", "old_string", "new_string"}) == "new_string");
    CHECK(agent::closest("zzzzzzzz", {"path", "content"}).empty());
}

TEST_CASE("a file is read with line numbers, in parts that say how to continue")
{
    temporary_project const project;
    std::string text;
    for (int i = 1; i <= 1200; ++i)
        text += "line " + std::to_string(i) + "\n";
    project.write("long.ts", text);
    project.write("short.ts", "no end");
    project.write("wide.ts", std::string(5000, 'w') + "\n");
    project.write("empty.ts", "");
    bench tools(project);
    CHECK(tools.call("read_file", R"({"path":"short.ts"})").text == "    1\tno end\n");
    auto const part = tools.call("read_file", R"({"path":"long.ts"})");
    CHECK(tools.has(part, "    1\tline 1\n"));
    CHECK(tools.has(part, "  500\tline 500\n"));
    CHECK(tools.has(part, "… lines 501 to 1200 not shown; continue with offset=501 …"));
    auto const rest = tools.call("read_file", R"({"path":"long.ts","offset":1199,"limit":9})");
    CHECK(rest.text == " 1199\tline 1199\n 1200\tline 1200\n");
    CHECK(tools.call("read_file", R"({"path":"long.ts","offset":1201})").is_error);
    CHECK(tools.has(tools.call("read_file", R"({"path":"wide.ts"})"), "… 3000 bytes omitted …"));
    CHECK(tools.call("read_file", R"({"path":"empty.ts"})").text == "(the file is empty)\n");
}

TEST_CASE("what a tool shows holds nothing hidden, whatever the file holds")
{
    temporary_project const project;
    project.write("x\u00e9.ts", "a\u202Eb\x1b[31m\xff\u200B\r\nneedle\u2066 here\n");
    bench tools(project);
    auto const read = tools.call("read_file", "{\"path\":\"x\u00e9.ts\"}");
    CHECK(read.text == "    1\tab[31m\uFFFD\n    2\tneedle here\n");
    auto const found = tools.call("search_files", R"({"text":"needle"})");
    CHECK(found.text == "x\u00e9.ts:2: needle here\n");
}

TEST_CASE("a file that is not there is answered with where its name exists")
{
    temporary_project const project;
    project.write("src/lib/db.ts", "x");
    bench tools(project);
    CHECK(tools.has(tools.call("read_file", R"({"path":"lib/db.ts"})"), "There is: src/lib/db.ts"));
    CHECK(tools.call("read_file", R"({"path":"../etc/passwd"})").is_error);
    CHECK(tools.call("read_file", R"({"path":"*.ts"})").is_error);
    CHECK(tools.call("read_file", R"({"path":"src"})").is_error);
}

TEST_CASE("files are listed with sizes, by folder, by glob and in parts")
{
    temporary_project const project;
    project.write("app/api/route.ts", "12345");
    project.write("app/page.tsx", "");
    project.write("node_modules/zod/index.js", "x");
    project.link("/etc", "etc");
    bench tools(project);
    CHECK(
        tools.call("list_files", "{}").text ==
        "app/\napp/api/\napp/api/route.ts (5 bytes)\napp/page.tsx (0 bytes)\netc (link)\n");
    CHECK(
        tools.call("list_files", R"({"glob":"**/route.ts"})").text ==
        "app/api/route.ts (5 bytes)\n");
    CHECK(tools.call("list_files", R"({"path":"app/api"})").text == "app/api/route.ts (5 bytes)\n");
    CHECK(
        tools.has(tools.call("list_files", R"({"limit":2})"), "… 3 more; continue with offset=2"));
    CHECK(tools.call("list_files", R"({"offset":4})").text == "etc (link)\n");
    CHECK(tools.call("list_files", R"({"path":"etc"})").is_error);
    CHECK(tools.call("list_files", R"({"path":"nowhere"})").is_error);
    CHECK(
        tools.call("list_files", R"({"path":"node_modules/zod","include_ignored":true})").text ==
        "node_modules/zod/index.js (1 bytes)\n");
}

TEST_CASE("a search is literal, may be narrowed, and sees staged files")
{
    temporary_project const project;
    project.write("a.ts", "const user = 1\nconst username = 2\nUSER\n");
    project.write("lib/b.ts", "x\ny\nuser.name\nz\n");
    project.write("image.bin", std::string("user\0", 5));
    project.write(".env", "user=secret");
    bench tools(project);
    CHECK(
        tools.call("search_files", R"({"text":"user"})").text ==
        "a.ts:1: const user = 1\na.ts:2: const username = 2\nlib/b.ts:3: user.name\n");
    CHECK(
        tools.call("search_files", R"({"text":"user","whole_word":true})").text ==
        "a.ts:1: const user = 1\nlib/b.ts:3: user.name\n");
    CHECK(tools.has(
        tools.call("search_files", R"({"text":"UsEr","ignore_case":true,"glob":"a.ts"})"),
        "a.ts:3: USER"));
    CHECK(
        tools.call("search_files", R"({"text":"user","path":"lib","context":1})").text ==
        "lib/b.ts-2- y\nlib/b.ts:3: user.name\nlib/b.ts-4- z\n");
    CHECK(tools.has(
        tools.call("search_files", R"({"text":"user","limit":1})"), "… stopped after 1 matches"));
    auto const none = tools.call("search_files", R"({"text":"us.*er"})");
    CHECK(!none.is_error);
    CHECK(tools.has(none, "not a regular expression"));
    REQUIRE(tools.edits.write("lib/new.ts", "the user\n").has_value());
    REQUIRE(tools.edits.remove("a.ts").has_value());
    CHECK(
        tools.call("search_files", R"({"text":"user"})").text ==
        "lib/b.ts:3: user.name\nlib/new.ts:1: the user\n");
    CHECK(tools.call("search_files", R"({"text":""})").is_error);
    CHECK(tools.call("search_files", R"({"text":"a\nb"})").is_error);
    CHECK(tools.call("search_files", R"({"text":"x","path":"../"})").is_error);
}

TEST_CASE("the answer of a search is bounded whatever matches")
{
    temporary_project const project;
    project.write("min.js", std::string(900000, 'x') + "\n");
    std::string many;
    for (int i = 0; i < 20000; ++i)
        many += "xxxxxxxx\n";
    project.write("many.ts", many);
    bench tools(project);
    auto const answer = tools.call("search_files", R"({"text":"xxx","limit":100000,"context":99})");
    CHECK(answer.text.size() < 40000);
    CHECK(tools.has(answer, "… stopped after"));
}

TEST_CASE("a cancelled search ends without an answer")
{
    temporary_project const project;
    for (int i = 0; i < 50; ++i)
        project.write("f" + std::to_string(i), std::string(100000, 'a'));
    bench tools(project);
    asio::cancellation_signal cancel;
    std::exception_ptr failure;
    bool answered = false;
    auto body = [&]() -> asio::awaitable<void> {
        json::object input;
        input.emplace("text", "needle");
        auto const answer = co_await tools.find("search_files").run(std::move(input));
        answered = !answer.text.empty();
    };
    asio::co_spawn(
        tools.loop, body(), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
            failure = e;
        }));
    asio::post(tools.loop, [&] { cancel.emit(asio::cancellation_type::terminal); });
    tools.loop.run_for(std::chrono::seconds(5));
    CHECK(!answered);
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_CASE("changes are staged through the tools and reported in one line")
{
    temporary_project const project;
    project.write("a.ts", "one\ntwo\n");
    bench tools(project);
    CHECK(
        tools.call("write_file", R"({"path":"./b.ts","content":"x"})").text ==
        "Staged: created b.ts (1 bytes).\n");
    CHECK(
        tools.call("write_file", R"({"path":"a.ts","content":"one\ntwo\nthree\n"})").text ==
        "Staged: replaced a.ts (14 bytes).\n");
    CHECK(
        tools.call("edit_file", R"({"path":"a.ts","old_string":"three","new_string":"3"})").text ==
        "Staged: a.ts edited, 1 place, the first in line 3.\n");
    CHECK(tools.call("delete_file", R"({"path":"b.ts"})").text == "Staged: b.ts deleted.\n");
    CHECK(
        tools.call("edit_file", R"({"path":"a.ts","old_string":"four","new_string":""})").is_error);
    CHECK(tools.call("write_file", R"({"path":".env.local","content":"A=1"})").is_error);
    CHECK(tools.call("delete_file", R"({"path":"nothing.ts"})").is_error);
    auto const changes = tools.edits.changes();
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].text == "one\ntwo\n3\n");
    CHECK(tools.has(tools.call("read_file", R"({"path":"a.ts"})"), "    3\t3\n"));
}

}  // namespace project_tools_test
