#include "server/features.hpp"

#include "protocol/errors.hpp"

#include <algorithm>

namespace server {

using boost::asio::awaitable;

namespace {

template <class Entries>
auto find(Entries const& entries, std::string_view name)
{
    return std::ranges::find_if(entries, [&](auto const& e) { return e->what.name == name; });
}

template <class Entries>
std::vector<std::string_view> names(Entries const& entries)
{
    std::vector<std::string_view> out;
    out.reserve(entries.size());
    for (auto const& e : entries)
        out.push_back(e->what.name);
    return out;
}

void refuse_cursor(mcp::PaginatedRequestParams const& params)
{
    if (params.cursor)
        throw mcp::invalid_params("unknown cursor; the list has one page, ask without a cursor");
}

void check_arguments(mcp::Prompt const& prompt, mcp::prompt_arguments const& given)
{
    std::vector<std::string_view> known;
    if (prompt.arguments)
        for (auto const& argument : *prompt.arguments) {
            known.emplace_back(argument.name);
            if (argument.required.value_or(false) && !given.contains(argument.name))
                throw mcp::invalid_params("arguments." + argument.name + ": missing");
        }
    for (auto const& [name, value] : given)
        if (std::ranges::find(known, name) == known.end())
            throw mcp::invalid_params("arguments: " + mcp::unknown_name("argument", name, known));
}

}  // namespace

void features::add_tool(mcp::Tool tool, tool_handler handler)
{
    if (find(tools_, tool.name) != tools_.end())
        throw std::logic_error("two tools are called " + tool.name);
    listed_tools_.push_back(mcp::encode(tool));
    tools_.push_back(
        std::make_unique<tool_entry const>(tool_entry{std::move(tool), std::move(handler)}));
}

void features::add_prompt(mcp::Prompt prompt, prompt_handler handler)
{
    if (find(prompts_, prompt.name) != prompts_.end())
        throw std::logic_error("two prompts are called " + prompt.name);
    listed_prompts_.push_back(mcp::encode(prompt));
    prompts_.push_back(
        std::make_unique<prompt_entry const>(prompt_entry{std::move(prompt), std::move(handler)}));
}

mcp::ServerCapabilities features::capabilities() const
{
    mcp::ServerCapabilities out;
    out.logging.emplace();
    if (!tools_.empty())
        out.tools.emplace();
    if (!prompts_.empty())
        out.prompts.emplace();
    return out;
}

bool features::offers(std::string_view method) const
{
    if (method.starts_with("tools/"))
        return !tools_.empty();
    if (method.starts_with("prompts/"))
        return !prompts_.empty();
    return true;
}

mcp::json::object features::list_tools(request_context&, mcp::PaginatedRequestParams params) const
{
    refuse_cursor(params);
    return {{"tools", listed_tools_}};
}

mcp::json::object features::list_prompts(request_context&, mcp::PaginatedRequestParams params) const
{
    refuse_cursor(params);
    return {{"prompts", listed_prompts_}};
}

awaitable<mcp::CallToolResult>
features::call_tool(request_context& ctx, mcp::CallToolRequestParams params) const
{
    auto const found = find(tools_, params.name);
    if (found == tools_.end())
        throw mcp::invalid_params(mcp::unknown_name("tool", params.name, names(tools_)));
    auto arguments = std::move(params.arguments).value_or(mcp::json::object());
    try {
        co_return co_await (*found)->run(ctx, std::move(arguments));
    } catch (tool_error const& e) {
        co_return mcp::error_result(e.what());
    } catch (mcp::decode_error const& e) {
        // Of something the tool read, not of the request.
        throw std::runtime_error(e.what());
    }
}

awaitable<mcp::GetPromptResult>
features::get_prompt(request_context& ctx, mcp::GetPromptRequestParams params) const
{
    auto const found = find(prompts_, params.name);
    if (found == prompts_.end())
        throw mcp::invalid_params(mcp::unknown_name("prompt", params.name, names(prompts_)));
    auto arguments = std::move(params.arguments).value_or(mcp::prompt_arguments());
    check_arguments((*found)->what, arguments);
    co_return co_await (*found)->run(ctx, std::move(arguments));
}

}  // namespace server
