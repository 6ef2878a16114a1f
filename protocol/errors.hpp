#pragma once

// The errors that MCP defines over JSON-RPC's (basic/index, Error Codes), and how each is made. The
// codes -32020 to -32099 belong to the specification: nothing else may use them.

#include "protocol/jsonrpc.hpp"
#include "protocol/names.hpp"
#include "protocol/version.hpp"

#include <string>
#include <string_view>

namespace mcp {

inline constexpr int header_mismatch_code = -32020;
inline constexpr int missing_client_capability_code = -32021;
inline constexpr int unsupported_version_code = -32022;
inline constexpr int legacy_resource_not_found_code = -32002;

inline jsonrpc::error method_not_found(std::string_view method)
{
    return {jsonrpc::errc::method_not_found, "Method not found: " + quoted(method)};
}

inline jsonrpc::error invalid_params(std::string const& why)
{
    return {jsonrpc::errc::invalid_params, "Invalid params: " + why};
}

inline jsonrpc::error header_mismatch(std::string const& why)
{
    return {header_mismatch_code, "Header mismatch: " + why};
}

// server/resources, Error Handling. The legacy era has a code of its own for it (-32002).
inline jsonrpc::error resource_not_found(std::string_view uri)
{
    return {
        jsonrpc::errc::invalid_params,
        "Resource not found: " + quoted(uri),
        json::object{{"uri", uri}}};
}

inline bool is_resource_not_found(jsonrpc::error const& e)
{
    return e.code == static_cast<int>(jsonrpc::errc::invalid_params) && e.data &&
           e.data->is_object() && e.data->get_object().contains("uri");
}

// `required` is shaped as ClientCapabilities: {"elicitation": {}}.
inline jsonrpc::error missing_client_capability(json::object required)
{
    json::object data{{"requiredCapabilities", std::move(required)}};
    return {
        missing_client_capability_code,
        "This request needs client capabilities that it does not declare",
        std::move(data)};
}

inline jsonrpc::error unsupported_version(std::string_view requested)
{
    json::object data{{"supported", supported_versions()}, {"requested", requested}};
    return {unsupported_version_code, "Unsupported protocol version", std::move(data)};
}

}  // namespace mcp
