#pragma once

// Tools: what a server offers to the client's model (server/tools).

#include "protocol/content.hpp"
#include "protocol/icon.hpp"

namespace mcp {

// Hints for the client, with the specification's defaults when absent.
struct ToolAnnotations {
    std::optional<std::string> title;
    std::optional<bool> readOnlyHint;     // false
    std::optional<bool> destructiveHint;  // true
    std::optional<bool> idempotentHint;   // false
    std::optional<bool> openWorldHint;    // true
};
BOOST_DESCRIBE_STRUCT(
    ToolAnnotations, (), (title, readOnlyHint, destructiveHint, idempotentHint, openWorldHint))

struct Tool {
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<Icons> icons;
    json::object inputSchema;
    std::optional<json::object> outputSchema;
    std::optional<ToolAnnotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(
    Tool, (), (name, title, description, icons, inputSchema, outputSchema, annotations, _meta))

struct CallToolRequestParams {
    std::string name;
    std::optional<json::object> arguments;
    std::optional<json::object> inputResponses;  // answers to an InputRequiredResult,
    std::optional<std::string> requestState;     // with its state
};
BOOST_DESCRIBE_STRUCT(CallToolRequestParams, (), (name, arguments, inputResponses, requestState))

struct CallToolResult {
    std::vector<ContentBlock> content;
    std::optional<json::value> structuredContent;
    std::optional<bool> isError;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(CallToolResult, (), (content, structuredContent, isError, _meta))

inline CallToolResult text_result(std::string text)
{
    CallToolResult out;
    out.content.emplace_back(text_content(std::move(text)));
    return out;
}

// The tool could not do its work. The text is for the client's model: what was wrong, and what to
// do about it.
inline CallToolResult error_result(std::string text)
{
    auto out = text_result(std::move(text));
    out.isError = true;
    return out;
}

}  // namespace mcp
