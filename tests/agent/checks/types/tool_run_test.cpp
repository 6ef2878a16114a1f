#include "agent/checks/types/base_memory.hpp"
#include "agent/checks/types/tools/node_tools.hpp"
#include "agent/checks/types/tools/tool_run.hpp"
#include "tests/agent/project/temporary_project.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>

namespace tool_run_test {

namespace fs = std::filesystem;
using agent::tool_run;
using boost::asio::awaitable;

namespace {

agent::tool_command shell(std::string script, int limit_ms = 4000)
{
    agent::tool_command out;
    out.argv = {"sh", "-c", std::move(script)};
    out.environment = {"PATH=/usr/bin:/bin"};
    out.limit = std::chrono::milliseconds(limit_ms);
    return out;
}

bool alive(int pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
    return !text.empty() && text.find(") Z") == std::string::npos;
}

}  // namespace

TEST_CASE("a tool's output, both kinds of it, and its end are told")
{
    test::run([]() -> awaitable<void> {
        auto const run = co_await agent::run_tool(shell("echo out; echo err >&2; exit 3"));
        CHECK(run.how == tool_run::ending::exited);
        CHECK(run.code == 3);
        CHECK(run.output == "out\nerr\n");
        CHECK_FALSE(run.cut());
        auto const killed = co_await agent::run_tool(shell("kill -9 $$"));
        CHECK(killed.how == tool_run::ending::killed);
        CHECK(killed.status == "killed by signal 9");
        agent::tool_command missing;
        missing.argv = {"/nowhere/node"};
        auto const none = co_await agent::run_tool(missing);
        CHECK(none.how == tool_run::ending::not_started);
        CHECK(none.status.find("/nowhere/node") != std::string::npos);
    }());
}

TEST_CASE("a tool that hangs is killed with all it started, whatever it ignores")
{
    test::run([]() -> awaitable<void> {
        auto const run = co_await agent::run_tool(
            shell("trap '' TERM; sleep 100 & echo $!; while :; do sleep 1; done", 300));
        CHECK(run.how == tool_run::ending::timed_out);
        auto const pid = std::stoi(run.output);
        for (int i = 0; i < 100 && alive(pid); ++i)
            co_await mcp::sleep_for(std::chrono::milliseconds(10));
        CHECK_FALSE(alive(pid));
    }());
}

TEST_CASE("of what a tool prints the first part is kept, and the rest is read")
{
    test::run([]() -> awaitable<void> {
        auto command = shell("head -c 30000000 /dev/zero; exit 1");
        command.output = 1000;
        auto const run = co_await agent::run_tool(std::move(command));
        CHECK(run.how == tool_run::ending::exited);
        CHECK(run.code == 1);
        CHECK(run.output.size() == 1000);
        CHECK(run.printed == 30'000'000);
        CHECK(run.cut());
    }());
}

TEST_CASE("a tool that leaves a process behind with its output does not hold the check")
{
    test::run([]() -> awaitable<void> {
        auto const start = std::chrono::steady_clock::now();
        auto const run = co_await agent::run_tool(shell("setsid sleep 3 & sleep 0.1; echo done"));
        CHECK(run.how == tool_run::ending::exited);
        CHECK(run.output == "done\n");
        CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2500));
    }());
}

TEST_CASE("a tool gets no more memory than it may have")
{
    test::run([]() -> awaitable<void> {
        auto command = shell("x=$(head -c 200000000 /dev/zero | tr '\\0' x); echo ${#x}");
        command.memory = 64 << 20;
        auto const run = co_await agent::run_tool(std::move(command));
        CHECK(run.output.find("200000000") == std::string::npos);
        CHECK((run.how == tool_run::ending::killed || run.code != 0));
    }());
}

TEST_CASE("the project's tools are found upwards, and what is missing is said")
{
    test::temporary_project const project;
    project.write("x.ts", "");
    agent::tool_environment environment;
    environment.path = "/usr/bin:/bin";
    auto const none = agent::find_node_tools(project.root(), environment);
    CHECK_FALSE(none.has_value());
    CHECK(none.error().message.find("TypeScript is not installed") != std::string::npos);
    auto const above = project.outer() / "node_modules";
    fs::create_directories(above / "typescript/lib");
    fs::create_directories(above / "next/dist/bin");
    std::ofstream(above / "typescript/lib/tsc.js") << "";
    std::ofstream(above / "typescript/package.json") << R"({"version":"7.0.2"})";
    std::ofstream(above / "next/dist/bin/next") << "";
    std::ofstream(above / "next/package.json") << R"({"version":"15.4.9"})";
    auto const home = project.outer() / "home";
    fs::create_directories(home / ".nvm/versions/node/v22.1.0/bin");
    auto const node = home / ".nvm/versions/node/v22.1.0/bin/node";
    std::ofstream(node) << "#!/bin/sh\n";
    fs::permissions(node, fs::perms(0755));
    environment.path.clear();
    environment.home = home.string();
    auto const found = agent::find_node_tools(project.root(), environment);
    REQUIRE(found.has_value());
    CHECK(found->node == node.string());
    CHECK(found->tsc == (above / "typescript/lib/tsc.js").string());
    CHECK(found->typescript_version == "7.0.2");
    CHECK_FALSE(found->has_typegen());
    std::ofstream(above / "next/package.json") << R"({"version":"15.5.0"})";
    CHECK(agent::find_node_tools(project.root(), environment)->has_typegen());
    environment.node = "/nowhere/node";
    auto const wrong = agent::find_node_tools(project.root(), environment);
    CHECK_FALSE(wrong.has_value());
    CHECK(wrong.error().message.find("NEXTJS_BACKEND_ENGINEER_NODE") != std::string::npos);
    for (auto const& variable : agent::tool_variables(*found, environment)) {
        CHECK(variable.find("KEY") == std::string::npos);
        if (variable.starts_with("PATH="))
            CHECK(variable.starts_with("PATH=" + node.parent_path().string() + ":"));
    }
}

TEST_CASE("the errors of a base are remembered for a while, and damage is forgotten")
{
    test::temporary_project const project;
    auto const folder = (project.outer() / "state/types").string();
    agent::base_memory const memory(folder);
    std::vector<agent::diagnostic> errors(2);
    errors[0].file = "a.ts";
    errors[0].line = 3;
    errors[0].column = 4;
    errors[0].code = "TS1";
    errors[0].message = "two\nlines";
    errors[0].source_line = "x";
    CHECK_FALSE(memory.find("ab", std::chrono::hours(1)).has_value());
    memory.keep("ab", errors);
    CHECK((memory.find("ab", std::chrono::hours(1)) == errors));
    CHECK_FALSE(memory.find("ab", std::chrono::seconds(-1)).has_value());
    for (int i = 0; i < 100; ++i)
        memory.keep("c" + std::to_string(i), {});
    CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 64);
    std::ofstream(folder + "/ab.json") << "[3";
    CHECK_FALSE(memory.find("ab", std::chrono::hours(1)).has_value());
    CHECK_FALSE(agent::base_memory("").find("ab", std::chrono::hours(1)).has_value());
}

}  // namespace tool_run_test
