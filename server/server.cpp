#include "server/server.hpp"

#include "protocol/rpc/dispatcher.hpp"

namespace mcp {

using boost::asio::awaitable;

ListToolsResult tool_set::list() const
{
    ListToolsResult r;
    for (auto const& e : tools_)
        r.tools.push_back(e.tool);
    return r;
}

awaitable<CallToolResult> tool_set::call(request_context& ctx, CallToolRequestParams p)
{
    for (auto& e : tools_) {
        if (e.tool.name != p.name)
            continue;
        json::object arguments = std::move(p.arguments).value_or(json::object{});
        co_return co_await e.run(ctx, std::move(arguments));
    }
    throw jsonrpc::error(jsonrpc::errc::invalid_params, "unknown tool: " + p.name);
}

struct no_params {};
BOOST_DESCRIBE_STRUCT(no_params, (), ())

struct initialize_result {
    std::string protocolVersion;
    json::object capabilities;
    Implementation serverInfo;
};
BOOST_DESCRIBE_STRUCT(initialize_result, (), (protocolVersion, capabilities, serverInfo))

awaitable<void> serve(transport& t, tool_set& tools)
{
    method_table methods;
    methods.on<no_params>(
        "tools/list",
        [&](request_context&, no_params) -> awaitable<ListToolsResult> { co_return tools.list(); });
    methods.on<CallToolRequestParams>(
        "tools/call", [&](request_context& ctx, CallToolRequestParams p) {
            return tools.call(ctx, std::move(p));
        });
    methods.on<no_params>(
        "ping", [](request_context&, no_params) -> awaitable<no_params> { co_return no_params{}; });
    methods.on<InitializeRequestParams>(
        "initialize",
        [](request_context&, InitializeRequestParams p) -> awaitable<initialize_result> {
            co_return initialize_result{
                p.protocolVersion, {{"tools", json::object{}}}, {"skel", "0", {}}};
        });

    dispatcher* pump = nullptr;
    dispatcher d(t, [&](jsonrpc::request r) -> awaitable<json::value> {
        auto const* meta = r.params.if_contains("_meta");
        bool enveloped = meta && meta->is_object() &&
                         meta->get_object().contains("io.modelcontextprotocol/protocolVersion");
        era const& e = enveloped ? modern() : legacy();
        auto const* handler = methods.find(r.method);
        if (!handler || !e.has_request(r.method))
            throw jsonrpc::error(jsonrpc::errc::method_not_found, "method not found: " + r.method);
        auto lifted = e.lift(r.params);
        request_context ctx{
            r.id,
            std::move(lifted.client),
            std::move(lifted.progress_token),
            [&](jsonrpc::notification n) { pump->notify(std::move(n)); }};
        auto result = co_await (*handler)(ctx, std::move(r.params));
        co_return e.stamp(r.method, std::move(result));
    });
    pump = &d;
    co_await d.run();
}

}  // namespace mcp
