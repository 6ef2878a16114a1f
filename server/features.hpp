#pragma once

// The tools and prompts on offer, in the order they were added. Filled by the composer before the
// first connection is served, and shared by all of them.

#include "protocol/lifecycle.hpp"
#include "protocol/prompts.hpp"
#include "protocol/schema_of.hpp"
#include "protocol/tools.hpp"
#include "server/request_context.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace server {

// Thrown by a tool that cannot do its work: becomes a result with isError. The text is for the
// client's model, in a sentence that says what to do.
struct tool_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class features {
public:
    using tool_handler = std::function<boost::asio::awaitable<mcp::CallToolResult>(
        request_context&, mcp::json::object)>;
    using prompt_handler = std::function<boost::asio::awaitable<mcp::GetPromptResult>(
        request_context&, mcp::prompt_arguments)>;

    // The handler gets the arguments as they came, and answers for them.
    void add_tool(mcp::Tool tool, tool_handler handler);

    // The handler gets a described struct. The tool's inputSchema is made from it, with these
    // texts; arguments that do not fit, or that it does not have, are told to the client's model.
    template <class Arguments, class F>
    void add_tool(mcp::Tool tool, mcp::descriptions texts, F handler)
    {
        tool.inputSchema = mcp::schema_of<Arguments>(std::move(texts));
        add_tool(
            std::move(tool),
            [handler = std::move(handler)](request_context& ctx, mcp::json::object raw) {
                return call_typed<Arguments>(handler, ctx, std::move(raw));
            });
    }

    // Arguments that the prompt does not name, and required ones that are missing, are refused
    // before the handler.
    void add_prompt(mcp::Prompt prompt, prompt_handler handler);

    mcp::ServerCapabilities capabilities() const;

    // Whether the capability that a method belongs to is there.
    bool offers(std::string_view method) const;

    // The methods. All throw jsonrpc::error -32602 for names that do not exist, and for every
    // cursor: the lists have one page.
    mcp::json::object list_tools(request_context& ctx, mcp::PaginatedRequestParams params) const;
    mcp::json::object list_prompts(request_context& ctx, mcp::PaginatedRequestParams params) const;
    boost::asio::awaitable<mcp::CallToolResult>
    call_tool(request_context& ctx, mcp::CallToolRequestParams params) const;
    boost::asio::awaitable<mcp::GetPromptResult>
    get_prompt(request_context& ctx, mcp::GetPromptRequestParams params) const;

private:
    template <class Described, class Handler>
    struct entry {
        Described what;
        Handler run;
    };
    using tool_entry = entry<mcp::Tool, tool_handler>;
    using prompt_entry = entry<mcp::Prompt, prompt_handler>;

    template <class Arguments, class F>
    static boost::asio::awaitable<mcp::CallToolResult>
    call_typed(F const& handler, request_context& ctx, mcp::json::object raw)
    {
        Arguments arguments;
        try {
            mcp::json::value const from(std::move(raw));
            arguments = mcp::decode_strict<Arguments>(from, {"arguments"});
        } catch (mcp::decode_error const& e) {
            throw tool_error(e.what());
        }
        co_return co_await handler(ctx, std::move(arguments));
    }

    // Encoded once: a list is a copy of these.
    mcp::json::array listed_tools_;
    mcp::json::array listed_prompts_;
    std::vector<std::unique_ptr<tool_entry const>> tools_;
    std::vector<std::unique_ptr<prompt_entry const>> prompts_;
};

}  // namespace server
