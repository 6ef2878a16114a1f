#pragma once

// Resources: what a server lets its clients read, by URI (server/resources).

#include "protocol/content.hpp"
#include "protocol/icon.hpp"

namespace mcp {

struct Resource {
    std::string uri;
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<Icons> icons;
    std::optional<std::string> mimeType;
    std::optional<std::int64_t> size;  // bytes
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(
    Resource, (), (uri, name, title, description, icons, mimeType, size, annotations, _meta))

struct ResourceTemplate {
    std::string uriTemplate;  // RFC 6570
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<Icons> icons;
    std::optional<std::string> mimeType;
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(
    ResourceTemplate,
    (),
    (uriTemplate, name, title, description, icons, mimeType, annotations, _meta))

struct ReadResourceRequestParams {
    std::string uri;
    std::optional<json::object> inputResponses;
    std::optional<std::string> requestState;
};
BOOST_DESCRIBE_STRUCT(ReadResourceRequestParams, (), (uri, inputResponses, requestState))

struct ReadResourceResult {
    std::vector<ResourceContents> contents;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(ReadResourceResult, (), (contents, _meta))

// resources/subscribe and resources/unsubscribe, of the legacy era.
struct SubscribeRequestParams {
    std::string uri;
};
BOOST_DESCRIBE_STRUCT(SubscribeRequestParams, (), (uri))

inline ReadResourceResult text_resource(std::string uri, std::string mime, std::string text)
{
    ReadResourceResult out;
    out.contents.push_back({std::move(uri), std::move(mime), std::move(text), {}, {}});
    return out;
}

}  // namespace mcp
