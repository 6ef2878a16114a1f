#pragma once

// ContentBlock: what tool results and prompt messages are made of (server/tools, Tool Result).

#include "protocol/json.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcp {

enum class Role { user, assistant };
BOOST_DESCRIBE_ENUM(Role, user, assistant)

struct Annotations {
    std::optional<std::vector<Role>> audience;
    std::optional<double> priority;           // 0 to 1, most important
    std::optional<std::string> lastModified;  // ISO 8601
};
BOOST_DESCRIBE_STRUCT(Annotations, (), (audience, priority, lastModified))

struct TextContent {
    static constexpr std::string_view type = "text";
    std::string text;
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(TextContent, (), (text, annotations, _meta))

struct ImageContent {
    static constexpr std::string_view type = "image";
    std::string data;  // base64
    std::string mimeType;
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(ImageContent, (), (data, mimeType, annotations, _meta))

struct AudioContent {
    static constexpr std::string_view type = "audio";
    std::string data;  // base64
    std::string mimeType;
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(AudioContent, (), (data, mimeType, annotations, _meta))

struct ResourceLink {
    static constexpr std::string_view type = "resource_link";
    std::string uri;
    std::string name;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::string> mimeType;
    std::optional<std::int64_t> size;  // bytes
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(
    ResourceLink, (), (uri, name, title, description, mimeType, size, annotations, _meta))

// Either text or blob, which is base64.
struct ResourceContents {
    std::string uri;
    std::optional<std::string> mimeType;
    std::optional<std::string> text;
    std::optional<std::string> blob;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(ResourceContents, (), (uri, mimeType, text, blob, _meta))

struct EmbeddedResource {
    static constexpr std::string_view type = "resource";
    ResourceContents resource;
    std::optional<Annotations> annotations;
    std::optional<json::object> _meta;
};
BOOST_DESCRIBE_STRUCT(EmbeddedResource, (), (resource, annotations, _meta))

using ContentBlock =
    std::variant<TextContent, ImageContent, AudioContent, ResourceLink, EmbeddedResource>;

inline TextContent text_content(std::string text)
{
    return {std::move(text), {}, {}};
}

}  // namespace mcp
