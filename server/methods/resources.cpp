#include "protocol/errors.hpp"
#include "server/features/page.hpp"
#include "server/methods/parts.hpp"

namespace server {

using boost::asio::awaitable;

namespace {

constexpr std::size_t longest_uri = 8'192;         // bytes
constexpr std::size_t most_subscriptions = 1'000;  // of one session

awaitable<mcp::json::object>
list_resources(method_parts const& with, request_context& ctx, mcp::PaginatedRequestParams params)
{
    auto const& always = with.offered.resources().listed();
    auto const& sources = with.offered.resource_sources();
    if (sources.empty())
        co_return page_of(always, "resources", params, with.page_size);
    auto all = always;
    for (auto const& source : sources) {
        auto const now = co_await source(ctx);
        for (auto const& resource : now)
            all.push_back(mcp::encode(resource));
    }
    co_return page_of(all, "resources", params, with.page_size);
}

awaitable<mcp::json::object>
read_resource(method_parts const& with, request_context& ctx, mcp::ReadResourceRequestParams params)
{
    if (params.uri.size() > longest_uri)
        throw mcp::invalid_params("uri: longer than 8192 bytes");
    auto const found = with.offered.resources().find(params.uri);
    questioned_call call{
        "resources/read",
        params.uri,
        nullptr,
        std::move(params.inputResponses),
        std::move(params.requestState)};
    questions::run_function const run = [&](request_context& c) {
        return (*found.read)(c, params.uri, found.variables);
    };
    co_return co_await with.ask.result_of(ctx, call, run);
}

mcp::EmptyResult
subscribe(method_parts const& with, request_context& ctx, mcp::SubscribeRequestParams params)
{
    with.offered.resources().find(params.uri);
    auto& uris = ctx.connection().changes->wanted().uris;
    if (uris.size() >= most_subscriptions)
        throw mcp::invalid_params("more than 1000 resource subscriptions in one session");
    uris.insert(std::move(params.uri));
    return {};
}

mcp::EmptyResult unsubscribe(request_context& ctx, mcp::SubscribeRequestParams const& params)
{
    ctx.connection().changes->wanted().uris.erase(params.uri);
    return {};
}

}  // namespace

void add_resources_methods(method_table& table, method_parts const& with)
{
    using mcp::PaginatedRequestParams;
    table.on<PaginatedRequestParams>("resources/list", [with](request_context& ctx, auto params) {
        return list_resources(with, ctx, std::move(params));
    });
    table.on<PaginatedRequestParams>(
        "resources/templates/list", [with](request_context&, auto params) {
            return page_of(
                with.offered.resources().listed_templates(),
                "resourceTemplates",
                params,
                with.page_size);
        });
    table.on<mcp::ReadResourceRequestParams>(
        "resources/read", [with](request_context& ctx, auto params) {
            return read_resource(with, ctx, std::move(params));
        });
    table.on<mcp::SubscribeRequestParams>(
        "resources/subscribe", [with](request_context& ctx, auto params) {
            return subscribe(with, ctx, std::move(params));
        });
    table.on<mcp::SubscribeRequestParams>(
        "resources/unsubscribe",
        [](request_context& ctx, auto params) { return unsubscribe(ctx, params); });
}

}  // namespace server
