#include "protocol/json_text.hpp"
#include "protocol/rpc/async.hpp"
#include "server/request_context.hpp"
#include "tests/conformance/server/fixture.hpp"
#include "tests/conformance/server/fixture_values.hpp"

namespace fixture {

using boost::asio::awaitable;
using server::request_context;
using namespace std::chrono_literals;

namespace {

awaitable<mcp::CallToolResult> give(mcp::CallToolResult result)
{
    co_return result;
}

awaitable<mcp::CallToolResult> log_three_times(request_context& ctx)
{
    for (auto const* text :
         {"Tool execution started", "Tool processing data", "Tool execution completed"}) {
        ctx.log(mcp::LoggingLevel::info, text);
        co_await mcp::sleep_for(50ms);
    }
    co_return mcp::text_result("Tool with logging executed successfully");
}

awaitable<mcp::CallToolResult> report_progress(request_context& ctx)
{
    for (int const done : {0, 50, 100}) {
        ctx.progress(done, 100, "Completed step " + std::to_string(done) + " of 100");
        co_await mcp::sleep_for(300ms);
    }
    co_return mcp::text_result("Tool with progress executed successfully");
}

awaitable<mcp::CallToolResult> take_a_while(request_context& ctx)
{
    ctx.release();
    co_await mcp::sleep_for(300ms);
    co_return mcp::text_result("Reconnection test completed successfully");
}

mcp::Tool named(std::string name, std::string description, json::object schema = object_schema())
{
    mcp::Tool out;
    out.name = std::move(name);
    out.description = std::move(description);
    out.inputSchema = std::move(schema);
    return out;
}

// A tool that always gives the same.
void add_constant(server::features& to, std::string name, mcp::CallToolResult result)
{
    to.add_tool(
        named(name, "Returns what " + name + " is for"),
        [result = std::move(result)](request_context&, json::object const&) {
            return give(result);
        });
}

mcp::CallToolResult blocks(std::vector<mcp::ContentBlock> content)
{
    mcp::CallToolResult out;
    out.content = std::move(content);
    return out;
}

}  // namespace

void add_tools(server::features& to)
{
    // The suite calls the first one listed with no arguments: it has no side effects.
    add_constant(
        to, "test_simple_text", mcp::text_result("This is a simple text response for testing."));
    add_constant(to, "test_image_content", blocks({image()}));
    add_constant(to, "test_audio_content", blocks({audio()}));
    add_constant(
        to,
        "test_embedded_resource",
        blocks({embedded(
            "test://embedded-resource", "text/plain", "This is an embedded resource content.")}));
    add_constant(
        to,
        "test_multiple_content_types",
        blocks(
            {mcp::text_content("Multiple content types test:"),
             image(),
             embedded(
                 "test://mixed-content-resource",
                 "application/json",
                 R"({"test":"data","value":123})")}));
    add_constant(
        to,
        "test_error_handling",
        mcp::error_result("This tool intentionally returns an error for testing"));
    add_constant(to, "test_streaming_elicitation", mcp::text_result("nothing to ask"));

    to.add_tool(
        named("test_tool_with_logging", "Logs"),
        [](request_context& ctx, json::object const&) { return log_three_times(ctx); });
    to.add_tool(named("test_logging_tool", "Logs"), [](request_context& ctx, json::object const&) {
        return log_three_times(ctx);
    });
    to.add_tool(
        named("test_tool_with_progress", "Reports progress"),
        [](request_context& ctx, json::object const&) { return report_progress(ctx); });
    to.add_tool(
        named("test_reconnection", "Takes a moment"),
        [](request_context& ctx, json::object const&) { return take_a_while(ctx); });
    to.add_tool(
        named("json_schema_2020_12_tool", "Has a schema with much in it", schema_2020_12()),
        [](request_context&, json::object const& arguments) {
            return give(mcp::text_result(mcp::json_text(arguments)));
        });

    json::object region{{"type", "string"}, {"x-mcp-header", "Region"}};
    to.add_tool(
        named(
            "test_x_mcp_header",
            "Mirrors a header",
            object_schema({{"region", std::move(region)}})),
        [](request_context&, json::object const& arguments) {
            auto const* region = arguments.if_contains("region");
            return give(mcp::text_result(
                region ? "region=" + std::string(region->as_string()) : "no region"));
        });

    to.add_tool(
        named("test_trigger_tool_change", "Changes the list of tools"),
        [&to](request_context&, json::object const&) {
            to.changes().tools();
            return give(mcp::text_result("changed"));
        },
        false);
    to.add_tool(
        named("test_trigger_prompt_change", "Changes the list of prompts"),
        [&to](request_context&, json::object const&) {
            to.changes().prompts();
            return give(mcp::text_result("changed"));
        },
        false);
}

}  // namespace fixture
