#include "protocol/json_text.hpp"
#include "server/features/page.hpp"
#include "server/methods/parts.hpp"

namespace server {

using boost::asio::awaitable;

namespace {

// The first few mistakes, for the client's model to mend.
void check_arguments(tools::tool const& tool, mcp::json::value const& arguments)
{
    if (!tool.accepts)
        return;
    auto const errors = tool.accepts->errors(arguments, "arguments");
    std::string text;
    for (auto const& e : errors)
        text += (text.empty() ? "" : "\n") + e;
    if (!text.empty())
        throw tool_error(text);
}

awaitable<mcp::json::object> run_tool(
    method_parts const& with,
    request_context& ctx,
    tools::tool const& tool,
    questioned_call& call,
    mcp::json::value const& arguments)
{
    check_arguments(tool, arguments);
    with.ask.supply(ctx, call);
    auto came_to = co_await tool.run(ctx, arguments);
    if (auto* result = std::get_if<mcp::json::object>(&came_to.is))
        co_return std::move(*result);

    questions::run_function again = [&](request_context& c) { return tool.run(c, arguments); };
    came_to = co_await with.ask.settle(ctx, call, std::move(came_to), again);
    if (auto* detached = std::get_if<background>(&came_to.is)) {
        auto const work = std::move(*detached);
        if (task_store::serves(ctx))
            co_return with.tasks.create(ctx, work);
        if (work.required)
            task_store::require(ctx);
        came_to = co_await work.work(ctx);
        came_to = co_await with.ask.settle(ctx, call, std::move(came_to), work.work);
    }
    co_return std::get<mcp::json::object>(std::move(came_to.is));
}

awaitable<mcp::json::object>
call_tool(method_parts const& with, request_context& ctx, mcp::CallToolRequestParams params)
{
    auto const tool = with.offered.tools().at(params.name);
    mcp::json::value const arguments = std::move(params.arguments).value_or(mcp::json::object());
    questioned_call call{
        "tools/call",
        params.name,
        &arguments,
        std::move(params.inputResponses),
        std::move(params.requestState)};
    std::string mistake;
    try {
        co_return co_await run_tool(with, ctx, *tool, call, arguments);
    } catch (tool_error const& e) {
        mistake = e.what();
    } catch (mcp::decode_error const& e) {
        // Of something the tool read, not of the request.
        throw std::runtime_error(e.what());
    }
    co_return std::move(mcp::encode(mcp::error_result(std::move(mistake))).get_object());
}

}  // namespace

void add_tools_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::PaginatedRequestParams>("tools/list", [with](request_context&, auto params) {
        return page_of(with.offered.tools().listed(), "tools", params, with.page_size);
    });
    table.on<mcp::CallToolRequestParams>("tools/call", [with](request_context& ctx, auto params) {
        return call_tool(with, ctx, std::move(params));
    });
}

}  // namespace server
