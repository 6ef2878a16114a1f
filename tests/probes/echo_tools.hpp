#pragma once

// What the small servers for the tests offer, over whichever transport: a tool for each thing that
// a tool can do, and a prompt. They have no model and no documentation.

#include "protocol/rpc/async.hpp"
#include "server/server.hpp"

#include <iostream>

namespace probe {

using boost::asio::awaitable;
using server::request_context;

enum class Style { plain, loud };
BOOST_DESCRIBE_ENUM(Style, plain, loud)

struct EchoArguments {
    std::string text;
    std::optional<Style> style;
    std::optional<int> steps;
};
BOOST_DESCRIBE_STRUCT(EchoArguments, (), (text, style, steps))

inline awaitable<mcp::CallToolResult> echo(request_context& ctx, EchoArguments arguments)
{
    auto const steps = arguments.steps.value_or(0);
    for (int i = 0; i < steps; ++i) {
        ctx.progress(i, steps, "step " + std::to_string(i));
        co_await mcp::sleep_for(std::chrono::milliseconds(10));
    }
    ctx.log(mcp::LoggingLevel::info, "echoing", "echo");
    if (arguments.style == Style::loud)
        arguments.text += '!';
    co_return mcp::text_result(std::move(arguments.text));
}

inline awaitable<mcp::CallToolResult> slow(request_context& ctx, mcp::EmptyParams)
{
    ctx.progress("started");
    ctx.heartbeat(std::chrono::milliseconds(20));
    co_await mcp::sleep_for(std::chrono::minutes(1));
    co_return mcp::text_result("done");
}

inline awaitable<mcp::CallToolResult> fail(request_context&, mcp::EmptyParams)
{
    // What a library prints must not reach the protocol.
    std::cout << "stray" << std::endl;
    throw server::tool_error("It failed; call echo instead.");
    co_return mcp::CallToolResult();
}

inline awaitable<mcp::CallToolResult> crash(request_context&, mcp::json::object)
{
    throw std::runtime_error("with a secret detail");
    co_return mcp::CallToolResult();
}

inline awaitable<mcp::CallToolResult> kinds(request_context&, mcp::EmptyParams)
{
    mcp::ResourceLink link;
    link.uri = "run://1/result";
    link.name = "result";
    link.title = "The result";
    link.size = 12;
    mcp::EmbeddedResource embedded;
    embedded.resource.uri = "run://1/files";
    embedded.resource.text = "[]";
    mcp::CallToolResult out;
    out.content.emplace_back(mcp::text_content("four kinds of content"));
    out.content.emplace_back(mcp::ImageContent{"AA==", "image/png", {}, {}});
    out.content.emplace_back(mcp::AudioContent{"AA==", "audio/wav", {}, {}});
    out.content.emplace_back(link);
    out.content.emplace_back(embedded);
    out.structuredContent = mcp::json::object{{"kinds", 4.0}};
    co_return out;
}

inline awaitable<mcp::GetPromptResult> greeting(request_context&, mcp::prompt_arguments arguments)
{
    mcp::GetPromptResult out;
    out.description = "A greeting";
    out.messages.push_back(
        {mcp::Role::user, mcp::text_content("Greet " + arguments.at("name") + ".")});
    co_return out;
}

inline mcp::Tool named(std::string name, std::string description)
{
    mcp::Tool out;
    out.name = std::move(name);
    out.description = std::move(description);
    out.title = "A tool called " + out.name;
    out.annotations.emplace();
    out.annotations->readOnlyHint = true;
    out._meta = mcp::json::object{{"anthropic/alwaysLoad", true}};
    return out;
}

inline void add_everything(server::features& out)
{
    out.add_tool<EchoArguments>(
        named("echo", "Says it back."),
        {{"text", "What to say."}, {"style", "How."}, {"steps", "How many steps to pretend."}},
        echo);
    out.add_tool<mcp::EmptyParams>(named("slow", "Takes a minute."), {}, slow);
    out.add_tool<mcp::EmptyParams>(named("fail", "Fails."), {}, fail);
    out.add_tool<mcp::EmptyParams>(named("kinds", "Every kind of content."), {}, kinds);
    auto raw = named("crash", "Breaks.");
    raw.inputSchema = mcp::json::object{{"type", "object"}};
    out.add_tool(raw, crash);
    mcp::Prompt prompt;
    prompt.name = "greeting";
    prompt.title = "Greeting";
    prompt.arguments = {{"name", "Name", "Whom to greet", true}};
    out.add_prompt(prompt, greeting);
}

inline mcp::Implementation self()
{
    mcp::Implementation out;
    out.name = "echo-server";
    out.version = "1.2.3";
    out.title = "Echo";
    out.description = "For tests";
    out.websiteUrl = "https://example.com";
    return out;
}

}  // namespace probe
