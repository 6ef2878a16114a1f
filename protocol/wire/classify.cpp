#include "protocol/wire/classify.hpp"

#include "protocol/errors.hpp"
#include "protocol/wire/era.hpp"

namespace mcp {

bool claims_version(json::object const& params)
{
    auto const* value = params.if_contains("_meta");
    auto const* meta = value ? value->if_object() : nullptr;
    return meta && meta->contains(version_key);
}

addressed classify(std::string_view method, json::object const& params, bool session)
{
    if (method == "initialize")
        return addressed::handshake;
    if (claims_version(params))
        return addressed::modern;
    // Before the handshake a legacy client may only ping (basic/lifecycle of 2025-11-25).
    if (session || method == "ping")
        return addressed::legacy;
    return addressed::nobody;
}

jsonrpc::error unaddressed(std::string_view method)
{
    auto why = "missing _meta[\"" + std::string(version_key) + "\"] and _meta[\"" +
               std::string(capabilities_key) + "\"]";
    if (!legacy().has_request(method))
        return invalid_params(why);
    auto error = invalid_params(why + "; or send initialize first");
    error.data = json::object{{"supported", supported_versions()}};
    return error;
}

}  // namespace mcp
