#pragma once

// The later rungs of the ladder (spec digest 2.4, 11 to 21): to which era does a request belong
// that came in a body of its own, and do its headers say what its body says? Intermediaries route
// by the headers, so the two never disagree silently. Pure.

#include "protocol/jsonrpc.hpp"
#include "protocol/version.hpp"
#include "server/transports/http/rules/head.hpp"
#include "server/transports/http/rules/refusal.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace server {

enum class http_target {
    handshake,  // initialize: mints a legacy session
    modern,     // carries everything itself
    session,    // belongs to the legacy session that Mcp-Session-Id names
    stateless,  // legacy without a session: what can be answered without one is
};

// Which of them, by the body and, where it claims nothing, by the headers. A version that is not
// legacy goes by the modern rules, which name what is missing.
http_target target_of(http_head const& head, mcp::jsonrpc::request const& request);

// Whether MCP-Protocol-Version names one that is served by handshake, or none at all.
bool is_legacy(http_head const& head);

// Of a stateless request: the version in its header; without one it is of 2025-03-26, the last that
// did not ask for the header.
mcp::protocol_version stateless_version(http_head const& head);

// `knows`: the method is on offer in the modern era.
using knows_method = std::function<bool(std::string_view method)>;

// Rungs 14 to 19 of a modern request.
std::optional<http_refusal> check_modern(
    http_head const& head, mcp::jsonrpc::request const& request, knows_method const& knows);

// 2025-06-18 and later: the version in the header is that of the session.
std::optional<http_refusal> check_session_version(
    http_head const& head,
    mcp::protocol_version session,
    std::optional<mcp::jsonrpc::request_id> const& id);

}  // namespace server
