#pragma once

// A request that is answered by the transport itself, and how: the one sentence that says what to
// do about it, in the JSON-RPC error that a client of MCP reads from the body of any status.

#include "protocol/jsonrpc.hpp"

#include <optional>
#include <string>
#include <utility>

namespace server {

struct http_refusal {
    http_refusal(int s, mcp::jsonrpc::error e, std::optional<mcp::jsonrpc::request_id> id = {})
        : status(s), reply(mcp::jsonrpc::response{std::move(id), std::move(e)})
    {
    }
    // Not about a message: the words alone, as text.
    http_refusal(int s, std::string words) : status(s), text(std::move(words)) {}

    http_refusal with(std::string lines) &&
    {
        headers = std::move(lines);
        return std::move(*this);
    }

    int status;
    std::optional<mcp::jsonrpc::response> reply;
    std::string text;
    std::string headers;  // further field lines, each with its end
};

inline http_refusal refuse(int status, std::string const& why)
{
    return {status, mcp::jsonrpc::error(mcp::jsonrpc::errc::invalid_request, why)};
}

}  // namespace server
