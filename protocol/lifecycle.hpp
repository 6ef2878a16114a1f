#pragma once

// Who is speaking and what they can do: the handshake of the legacy era (basic/lifecycle of
// 2025-11-25) and server/discover of the modern one.

#include "protocol/icon.hpp"
#include "protocol/json.hpp"
#include "protocol/logger.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mcp {

struct Implementation {
    std::string name;
    std::string version;
    std::optional<std::string> title;
    std::optional<std::string> description;
    std::optional<std::string> websiteUrl;
    std::optional<Icons> icons;
};
BOOST_DESCRIBE_STRUCT(Implementation, (), (name, version, title, description, websiteUrl, icons))

// A member that is there says that the feature is.
struct ServerCapabilities {
    std::optional<json::object> logging;
    std::optional<json::object> completions;
    std::optional<json::object> prompts;
    std::optional<json::object> resources;
    std::optional<json::object> tools;
    std::optional<json::object> extensions;
    std::optional<json::object> experimental;
};
BOOST_DESCRIBE_STRUCT(
    ServerCapabilities,
    (),
    (logging, completions, prompts, resources, tools, extensions, experimental))

// Clients that leave out what the schema requires here are served all the same.
struct InitializeRequestParams {
    std::string protocolVersion;
    std::optional<json::object> capabilities;
    std::optional<Implementation> clientInfo;
};
BOOST_DESCRIBE_STRUCT(InitializeRequestParams, (), (protocolVersion, capabilities, clientInfo))

struct InitializeResult {
    std::string protocolVersion;
    ServerCapabilities capabilities;
    Implementation serverInfo;
    std::optional<std::string> instructions;
};
BOOST_DESCRIBE_STRUCT(
    InitializeResult, (), (protocolVersion, capabilities, serverInfo, instructions))

// Its serverInfo is in `_meta`, as on every result of that era.
struct DiscoverResult {
    std::vector<std::string> supportedVersions;
    ServerCapabilities capabilities;
    std::optional<std::string> instructions;
};
BOOST_DESCRIBE_STRUCT(DiscoverResult, (), (supportedVersions, capabilities, instructions))

struct SetLevelRequestParams {
    LoggingLevel level;
};
BOOST_DESCRIBE_STRUCT(SetLevelRequestParams, (), (level))

// The params of a request that has none, and the result of one that only succeeds.
struct EmptyParams {};
BOOST_DESCRIBE_STRUCT(EmptyParams, (), ())
struct EmptyResult {};
BOOST_DESCRIBE_STRUCT(EmptyResult, (), ())

struct PaginatedRequestParams {
    std::optional<std::string> cursor;  // "" is one, too
};
BOOST_DESCRIBE_STRUCT(PaginatedRequestParams, (), (cursor))

}  // namespace mcp
