#pragma once

// Completion of prompt arguments and of the variables of resource templates (server/utilities/
// completion).

#include "protocol/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mcp {

struct PromptReference {
    static constexpr std::string_view type = "ref/prompt";
    std::string name;
};
BOOST_DESCRIBE_STRUCT(PromptReference, (), (name))

struct ResourceTemplateReference {
    static constexpr std::string_view type = "ref/resource";
    std::string uri;
};
BOOST_DESCRIBE_STRUCT(ResourceTemplateReference, (), (uri))

struct CompletionArgument {
    std::string name;
    std::string value;
};
BOOST_DESCRIBE_STRUCT(CompletionArgument, (), (name, value))

// What the user has already filled in.
struct CompletionContext {
    std::optional<std::map<std::string, std::string>> arguments;
};
BOOST_DESCRIBE_STRUCT(CompletionContext, (), (arguments))

struct CompleteRequestParams {
    std::variant<PromptReference, ResourceTemplateReference> ref;
    CompletionArgument argument;
    std::optional<CompletionContext> context;
};
BOOST_DESCRIBE_STRUCT(CompleteRequestParams, (), (ref, argument, context))

struct Completion {
    std::vector<std::string> values;  // at most 100, the likeliest first
    std::optional<std::int64_t> total;
    std::optional<bool> hasMore;
};
BOOST_DESCRIBE_STRUCT(Completion, (), (values, total, hasMore))

struct CompleteResult {
    Completion completion;
};
BOOST_DESCRIBE_STRUCT(CompleteResult, (), (completion))

}  // namespace mcp
