#include "tests/server/offer.hpp"

#include <doctest/doctest.h>

namespace tasks_test {

using boost::asio::awaitable;
using boost::json::parse;
using server::background;
using server::features;
using server::input_required;
using server::request_context;
using server::step;
using test::conversation;
using test::converse_with;
using outcome = server::outcome<mcp::CallToolResult>;

namespace {

std::string const meta = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                         R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{},)"
                         R"("extensions":{"io.modelcontextprotocol/tasks":{}}}})";

mcp::InputRequest question()
{
    return mcp::elicit("Sure?", parse(R"({"type":"object"})").as_object());
}

// What the work of each tool does; `go` is what it waits for.
struct jobs {
    explicit jobs(boost::asio::any_io_executor ex) : go(ex) {}
    mcp::event go;
    int unwound = 0;
};

awaitable<step> wait_for(jobs& j, request_context& ctx)
{
    struct farewell {
        int& count;
        ~farewell() { ++count; }
    } const at_end{j.unwound};
    ctx.progress("waiting");
    co_await j.go.wait();
    co_return server::to_step(mcp::text_result("done"));
}

awaitable<step> fail(request_context&)
{
    throw mcp::jsonrpc::error(mcp::jsonrpc::errc::internal_error, "boom");
    co_return step();
}

awaitable<step> refuse(request_context&)
{
    throw server::tool_error("cannot");
    co_return step();
}

awaitable<step> ask_twice(request_context& ctx)
{
    if (ctx.state() == 2 && ctx.elicited("sure", question()))
        co_return server::to_step(mcp::text_result("sure"));
    if (ctx.state() == 1 && ctx.elicited("sure", question()))
        co_return step{input_required{{{"sure", question()}}, 2}};
    co_return step{input_required{{{"sure", question()}}, 1}};
}

awaitable<outcome> start(std::function<awaitable<step>(request_context&)> work, bool required)
{
    co_return background{std::move(work), required};
}

void add(features& to, std::string name, awaitable<step> (*work)(request_context&))
{
    to.add_tool(test::tool(std::move(name)), [work](request_context&, mcp::json::object const&) {
        return start(work, true);
    });
}

awaitable<mcp::json::object> ask(conversation& c, std::string method, std::string members)
{
    co_return test::without_meta(co_await c.legacy(method, members + "," + meta));
}

template <class Script>
void with_jobs(Script script)
{
    test::run([](Script s) -> awaitable<void> {
        auto const ex = co_await boost::asio::this_coro::executor;
        jobs j(ex);
        features offered;
        offered.add_tool(test::tool("wait"), [&j](request_context&, mcp::json::object const&) {
            return start([&j](request_context& ctx) { return wait_for(j, ctx); }, false);
        });
        add(offered, "fail", fail);
        add(offered, "refuse", refuse);
        add(offered, "ask_twice", ask_twice);
        conversation c(ex, offered);
        c.start();
        co_await s(c, j);
        co_await c.stop();
        co_await c.server().stop();
        if (c.peer.sent() != 0)
            throw std::runtime_error("more was sent than expected: " + c.peer.take_line());
    }(std::move(script)));
}

awaitable<std::string> create(conversation& c, std::string const& tool)
{
    auto const created = co_await ask(c, "tools/call", R"("name":")" + tool + "\"");
    CHECK(created.at("resultType") == "task");
    CHECK(created.at("status") == "working");
    co_return R"("taskId":")" + std::string(created.at("taskId").as_string()) + "\"";
}

// Until it is no longer at work.
awaitable<mcp::json::object> settled(conversation& c, std::string const& id)
{
    for (;;) {
        auto now = co_await ask(c, "tasks/get", id);
        CHECK(now.at("resultType") == "complete");
        if (now.at("status") != "working")
            co_return now;
    }
}

}  // namespace

TEST_CASE("a call from a client that knows tasks becomes one, and its result waits there")
{
    with_jobs([](conversation& c, jobs& j) -> awaitable<void> {
        auto const id = co_await create(c, "wait");
        auto const working = co_await ask(c, "tasks/get", id);
        CHECK(working.at("status") == "working");
        CHECK(working.at("statusMessage") == "waiting");
        CHECK_FALSE(working.contains("result"));
        j.go.notify();
        auto const done = co_await settled(c, id);
        CHECK(done.at("status") == "completed");
        CHECK(done.at("result").at("content").at(0).at("text") == "done");
        CHECK((co_await ask(c, "tasks/cancel", id)) == parse(R"({"resultType":"complete"})"));
        CHECK((co_await ask(c, "tasks/get", id)).at("status") == "completed");
    });
}

TEST_CASE("a client that does not know tasks gets the work done within its call")
{
    with_jobs([](conversation& c, jobs& j) -> awaitable<void> {
        c.send(
            R"({"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"wait","_meta":{)"
            R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
            R"("io.modelcontextprotocol/clientCapabilities":{}}}})");
        CHECK((co_await c.modern("tools/list")).starts_with("{\"tools\""));
        j.go.notify();
        auto const reply = co_await c.peer.next();
        CHECK(reply.at("result").at("content").at(0).at("text") == "done");
        auto const refused = parse(co_await c.modern("tools/call", R"("name":"fail")"));
        CHECK(refused.at("code") == -32021);
        CHECK(
            mcp::json_text(refused.at("data")) ==
            R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})");
        CHECK(parse(co_await c.modern("tasks/get", R"("taskId":"x")")).at("code") == -32021);
    });
}

TEST_CASE("a task fails with the error of its work, and completes with the failure of its tool")
{
    with_jobs([](conversation& c, jobs&) -> awaitable<void> {
        auto const failing = co_await create(c, "fail");
        auto const failed = co_await settled(c, failing);
        CHECK(failed.at("status") == "failed");
        CHECK(mcp::json_text(failed.at("error")) == R"({"code":-32603,"message":"boom"})");
        auto const refusing = co_await create(c, "refuse");
        auto const refused = co_await settled(c, refusing);
        CHECK(refused.at("status") == "completed");
        CHECK(refused.at("result").at("isError") == true);
    });
}

TEST_CASE("a task asks by its status, with a new key each time, and goes on when it was answered")
{
    with_jobs([](conversation& c, jobs&) -> awaitable<void> {
        auto const id = co_await create(c, "ask_twice");
        auto const first = co_await settled(c, id);
        CHECK(first.at("status") == "input_required");
        CHECK(first.at("inputRequests").as_object().contains("sure"));
        auto const answer = [](std::string const& key) {
            return R"(,"inputResponses":{")" + key + R"(":{"action":"accept"},"unknown":{}})";
        };
        co_await ask(c, "tasks/update", id + answer("nobody-asked"));
        CHECK((co_await ask(c, "tasks/get", id)).at("status") == "input_required");
        co_await ask(c, "tasks/update", id + answer("sure"));
        auto const second = co_await settled(c, id);
        CHECK(second.at("inputRequests").as_object().contains("sure-2"));
        co_await ask(c, "tasks/update", id + answer("sure-2"));
        CHECK((co_await settled(c, id)).at("status") == "completed");
    });
}

TEST_CASE("cancelling a task unwinds its work, and stopping the server that of every task")
{
    with_jobs([](conversation& c, jobs& j) -> awaitable<void> {
        auto const id = co_await create(c, "wait");
        co_await create(c, "wait");
        co_await ask(c, "tasks/cancel", id);
        CHECK((co_await ask(c, "tasks/get", id)).at("status") == "cancelled");
        co_await c.server().stop();
        CHECK(j.unwound == 2);
    });
}

TEST_CASE("a task that does not exist is invalid params, and no other method has tasks")
{
    with_jobs([](conversation& c, jobs&) -> awaitable<void> {
        for (std::string const method : {"tasks/get", "tasks/cancel"})
            CHECK((co_await ask(c, method, R"("taskId":"none")")).at("code") == -32602);
        CHECK(
            (co_await ask(c, "tasks/update", R"("taskId":"none","inputResponses":{})"))
                .at("code") == -32602);
        for (std::string const method : {"tasks/list", "tasks/result"})
            CHECK((co_await ask(c, method, R"("taskId":"none")")).at("code") == -32601);
        co_await c.open("2025-11-25");
        CHECK(parse(co_await c.legacy("tasks/get", R"("taskId":"x")")).at("code") == -32601);
    });
}

}  // namespace tasks_test
