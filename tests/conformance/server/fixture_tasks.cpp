#include "protocol/errors.hpp"
#include "protocol/rpc/async.hpp"
#include "server/request_context.hpp"
#include "tests/conformance/server/fixture.hpp"
#include "tests/conformance/server/fixture_values.hpp"

namespace fixture {

using boost::asio::awaitable;
using server::background;
using server::input_required;
using server::request_context;
using server::step;
using server::to_step;
using outcome = server::outcome<mcp::CallToolResult>;
using work_function = std::function<awaitable<step>(request_context&)>;
using namespace std::chrono_literals;

namespace {

mcp::Tool named(std::string name, json::object schema)
{
    mcp::Tool out;
    out.description = "Works on: " + name;
    out.name = std::move(name);
    out.inputSchema = std::move(schema);
    return out;
}

json::object properties(std::initializer_list<std::pair<char const*, char const*>> types)
{
    json::object out;
    for (auto const& [name, type] : types)
        out.emplace(name, json::object{{"type", type}});
    return out;
}

awaitable<outcome> in_background(work_function work, bool required)
{
    co_return background{std::move(work), required};
}

awaitable<outcome> greet(request_context&, std::string name)
{
    co_return mcp::text_result("Hello, " + name + "!");
}

awaitable<step> compute(request_context& ctx, double seconds, std::string label)
{
    ctx.progress("computing " + label);
    auto const time = std::chrono::duration<double>(seconds);
    co_await mcp::sleep_for(std::chrono::duration_cast<std::chrono::milliseconds>(time));
    co_return to_step(mcp::text_result("computed " + label));
}

awaitable<step> fail(request_context&)
{
    co_await mcp::sleep_for(100ms);
    co_return to_step(mcp::error_result("the job failed"));
}

awaitable<step> break_off(request_context&)
{
    co_await mcp::sleep_for(50ms);
    throw mcp::jsonrpc::error(mcp::jsonrpc::errc::internal_error, "boom");
}

awaitable<step> confirm_delete(request_context& ctx, std::string file)
{
    auto const question = ask_for("Delete " + file + "?", "confirm", "boolean");
    auto const answer = ctx.elicited("confirm", question);
    if (!answer)
        co_return step{input_required{{{"confirm", question}}, {}}};
    bool const yes =
        answer->action == mcp::ElicitAction::accept && answer->content->at("confirm").as_bool();
    co_return to_step(mcp::text_result((yes ? "deleted " : "kept ") + file));
}

awaitable<step> ask_twice(request_context& ctx)
{
    auto const first = ask_for("First name?", "name", "string");
    auto const second = ask_for("Second name?", "name", "string");
    if (ctx.elicited("first", first) && ctx.elicited("second", second))
        co_return to_step(mcp::text_result("both answered"));
    co_return step{input_required{{{"first", first}, {"second", second}}, {}}};
}

awaitable<step> say_hello(request_context&, std::string name)
{
    co_return to_step(mcp::text_result("Hello, " + name + "!"));
}

// Asks before the task begins.
awaitable<outcome> ask_then_work(request_context& ctx)
{
    auto const question = ask_for("What is your name?", "name", "string");
    auto const answer = ctx.elicited("user_name", question);
    if (!answer)
        co_return input_required{{{"user_name", question}}, {}};
    std::string name = "nobody";
    if (answer->content)
        name = answer->content->at("name").as_string();
    work_function work = [name](request_context& c) { return say_hello(c, name); };
    co_return background{std::move(work), true};
}

std::string text_at(json::object const& arguments, std::string_view name)
{
    auto const* value = arguments.if_contains(name);
    return value ? std::string(value->as_string()) : "";
}

}  // namespace

void add_task_tools(server::features& to)
{
    to.add_tool(
        named("greet", object_schema(properties({{"name", "string"}}), {"name"})),
        [](request_context& ctx, json::object const& arguments) {
            return greet(ctx, text_at(arguments, "name"));
        });
    to.add_tool(
        named(
            "slow_compute",
            object_schema(properties({{"seconds", "number"}, {"label", "string"}}))),
        [](request_context&, json::object const& arguments) {
            auto const* seconds = arguments.if_contains("seconds");
            auto const time = seconds ? seconds->to_number<double>() : 0.0;
            auto const label = text_at(arguments, "label");
            return in_background(
                [time, label](request_context& ctx) { return compute(ctx, time, label); }, false);
        });
    to.add_tool(named("failing_job", object_schema()), [](request_context&, json::object const&) {
        return in_background(fail, true);
    });
    to.add_tool(
        named("protocol_error_job", object_schema()),
        [](request_context&, json::object const&) { return in_background(break_off, true); });
    to.add_tool(
        named("confirm_delete", object_schema(properties({{"filename", "string"}}))),
        [](request_context&, json::object const& arguments) {
            auto const file = text_at(arguments, "filename");
            return in_background(
                [file](request_context& ctx) { return confirm_delete(ctx, file); }, true);
        });
    to.add_tool(named("multi_input", object_schema()), [](request_context&, json::object const&) {
        return in_background(ask_twice, true);
    });
    to.add_tool(
        named("test_tool_with_task", object_schema()),
        [](request_context& ctx, json::object const&) { return ask_then_work(ctx); });
}

}  // namespace fixture
