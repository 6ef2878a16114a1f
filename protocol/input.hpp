#pragma once

// What a server may ask of its client while it works on a request, and the answers (client/
// elicitation, client/sampling, client/roots). In the modern era the questions are the result, and
// the client asks again with the answers (basic/patterns/mrtr); in the legacy era they are
// requests.

#include "protocol/json.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mcp {

// elicitation/create, sampling/createMessage or roots/list.
struct InputRequest {
    std::string method;
    json::object params;
};
BOOST_DESCRIBE_STRUCT(InputRequest, (), (method, params))

using InputRequests = std::map<std::string, InputRequest>;

// A form: `schema` is a flat object schema of strings, numbers, booleans and enums. Never for
// secrets.
inline InputRequest elicit(std::string const& message, json::object schema)
{
    json::object params{{"message", message}, {"requestedSchema", std::move(schema)}};
    return {"elicitation/create", std::move(params)};
}

// A page that the user opens. The address holds no secret and lets nobody in.
inline InputRequest elicit_url(std::string const& message, std::string const& url)
{
    json::object params{{"mode", "url"}, {"message", message}, {"url", url}};
    return {"elicitation/create", std::move(params)};
}

// CreateMessageRequestParams: messages and maxTokens at least.
inline InputRequest create_message(json::object params)
{
    return {"sampling/createMessage", std::move(params)};
}

inline InputRequest list_roots()
{
    return {"roots/list", json::object()};
}

enum class ElicitAction { accept, decline, cancel };
BOOST_DESCRIBE_ENUM(ElicitAction, accept, decline, cancel)

struct ElicitResult {
    ElicitAction action = ElicitAction::cancel;
    std::optional<json::object> content;  // of an accepted form
};
BOOST_DESCRIBE_STRUCT(ElicitResult, (), (action, content))

struct CreateMessageResult {
    std::string role;
    json::value content;  // a block, or an array of blocks
    std::string model;
    std::optional<std::string> stopReason;
};
BOOST_DESCRIBE_STRUCT(CreateMessageResult, (), (role, content, model, stopReason))

struct Root {
    std::string uri;  // file://
    std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(Root, (), (uri, name))

struct ListRootsResult {
    std::vector<Root> roots;
};
BOOST_DESCRIBE_STRUCT(ListRootsResult, (), (roots))

}  // namespace mcp
