#pragma once

// To which era a request belongs. Decided for each message by itself, and nothing pins it: hosts
// send server/discover and then initialize on the same connection (spec digest 2.2). Pure.

#include "protocol/jsonrpc.hpp"

#include <string_view>

namespace mcp {

enum class addressed {
    handshake,  // initialize: opens, or opens again, the legacy session
    modern,     // it claims a version in its `_meta`
    legacy,     // it relies on the session
    nobody,     // no claim and no session: answer with unaddressed()
};

// On a connection that carries many requests: stdio, a socket. `session`: its handshake was made.
addressed classify(std::string_view method, json::object const& params, bool session);

// Whether `_meta` names a protocol version.
bool claims_version(json::object const& params);

// -32602, naming both ways in.
jsonrpc::error unaddressed(std::string_view method);

}  // namespace mcp
