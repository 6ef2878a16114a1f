#pragma once

// Prompts: templates that a user chooses, as slash commands mostly (server/prompts).

#include "protocol/content.hpp"
#include "protocol/icon.hpp"

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
    std::optional<Icons> icons;
    std::optional<std::vector<PromptArgument>> arguments;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(Prompt, (), (name, title, description, icons, arguments, _meta))

using prompt_arguments = std::map<std::string, std::string>;

struct GetPromptRequestParams {
    std::string name;
    std::optional<prompt_arguments> arguments;
    std::optional<json::object> inputResponses;
    std::optional<std::string> requestState;
};
BOOST_DESCRIBE_STRUCT(GetPromptRequestParams, (), (name, arguments, inputResponses, requestState))

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
