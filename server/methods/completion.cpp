#include "protocol/errors.hpp"
#include "server/methods/parts.hpp"

#include <algorithm>

namespace server {

using boost::asio::awaitable;

namespace {

constexpr std::size_t longest_value = 1'024;  // bytes: more was not typed by anyone

// The completers of what `ref` names, and whether it has this argument at all.
completers const& completers_of(features const& offered, mcp::CompleteRequestParams const& params)
{
    if (auto const* prompt = std::get_if<mcp::PromptReference>(&params.ref))
        return offered.prompts().at(prompt->name)->complete;
    auto const& uri = std::get<mcp::ResourceTemplateReference>(params.ref).uri;
    return offered.resources().template_completers(uri);
}

awaitable<mcp::CompleteResult>
complete(method_parts const& with, request_context& ctx, mcp::CompleteRequestParams params)
{
    if (params.argument.value.size() > longest_value)
        throw mcp::invalid_params("argument.value: longer than 1024 bytes");
    auto const& known = completers_of(with.offered, params);
    mcp::CompleteResult out;
    out.completion.total = 0;
    out.completion.hasMore = false;
    auto const found = known.find(params.argument.name);
    if (found == known.end())
        co_return out;  // an argument that is free text
    filled_in others;
    if (params.context && params.context->arguments)
        others = std::move(*params.context->arguments);
    auto candidates = co_await found->second(ctx, params.argument.value, std::move(others));
    out.completion = rank(std::move(candidates), params.argument.value);
    co_return out;
}

}  // namespace

void add_completion_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::CompleteRequestParams>(
        "completion/complete", [with](request_context& ctx, auto params) {
            return complete(with, ctx, std::move(params));
        });
}

}  // namespace server
