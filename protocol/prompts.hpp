#pragma once

// Prompts: templates that a user chooses, as slash commands mostly (server/prompts).

#include "protocol/content.hpp"

#include <map>

namespace mcp {

struct PromptArgument {
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<bool> required;
};
BOOST_DESCRIBE_STRUCT(PromptArgument, (), (name, title, description, required))

struct Prompt {
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::vector<PromptArgument>> arguments;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(Prompt, (), (name, title, description, arguments, _meta))

struct ListPromptsResult {
    std::vector<Prompt> prompts;
    std::optional<std::string> nextCursor;
};
BOOST_DESCRIBE_STRUCT(ListPromptsResult, (), (prompts, nextCursor))

using prompt_arguments = std::map<std::string, std::string>;

struct GetPromptRequestParams {
    std::string name;
    std::optional<prompt_arguments> arguments;
};
BOOST_DESCRIBE_STRUCT(GetPromptRequestParams, (), (name, arguments))

struct PromptMessage {
    Role role;
    ContentBlock content;
};
BOOST_DESCRIBE_STRUCT(PromptMessage, (), (role, content))

struct GetPromptResult {
    std::optional<std::string> description;
    std::vector<PromptMessage> messages;
};
BOOST_DESCRIBE_STRUCT(GetPromptResult, (), (description, messages))

}  // namespace mcp
