#include "server/features/page.hpp"
#include "server/methods/parts.hpp"

namespace server {

using boost::asio::awaitable;

namespace {

awaitable<mcp::json::object>
get_prompt(method_parts const& with, request_context& ctx, mcp::GetPromptRequestParams params)
{
    auto const prompt = with.offered.prompts().at(params.name);
    auto const arguments = std::move(params.arguments).value_or(mcp::prompt_arguments());
    prompt->check(arguments);
    auto const encoded = mcp::encode(arguments);
    questioned_call call{
        "prompts/get",
        params.name,
        &encoded,
        std::move(params.inputResponses),
        std::move(params.requestState)};
    questions::run_function const run = [&](request_context& c) {
        return prompt->run(c, arguments);
    };
    co_return co_await with.ask.result_of(ctx, call, run);
}

}  // namespace

void add_prompts_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::PaginatedRequestParams>("prompts/list", [with](request_context&, auto params) {
        return page_of(with.offered.prompts().listed(), "prompts", params, with.page_size);
    });
    table.on<mcp::GetPromptRequestParams>("prompts/get", [with](request_context& ctx, auto params) {
        return get_prompt(with, ctx, std::move(params));
    });
}

}  // namespace server
