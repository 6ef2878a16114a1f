#pragma once

// What carries one conversation with a downstream server: requests and their answers,
// notifications, and the end. mcp_connection drives it, and knows what is said; a transport knows
// how: process/process_transport (stdio of a child), http/http_transport (Streamable HTTP).
//
// Cancelling request() tells the server as its era asks for: by notifications/cancelled, or by
// closing the stream of the answer.

#include "agent/downstream/downstream_server.hpp"
#include "protocol/jsonrpc.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

struct downstream_request {
    std::string method;
    boost::json::object params;  // whole: in the modern era with its `_meta`
    std::vector<std::pair<std::string, std::string>> headers;  // Mcp-Param-*: for HTTP alone
};

enum class transport_errc {
    ended,         // of the process, or of what the session was
    unreachable,   // no connection, or a server that fails (5xx)
    busy,          // 429, 503: `retry_after` says until when
    denied,        // 401, 403
    refused,       // another status, and nothing of JSON-RPC in the answer
    session_gone,  // 404 in a legacy session: a new one has to be opened
    lost,          // the answer broke off; the request may have been carried out
    malformed      // an answer that is none of MCP, or too large
};

// Below JSON-RPC. what() is a piece of a sentence about the server: "it answered HTTP 502".
struct transport_error : std::runtime_error {
    transport_error(transport_errc k, std::string const& text, std::chrono::milliseconds pause = {})
        : std::runtime_error(text), kind(k), retry_after(pause)
    {
    }
    transport_errc kind;
    std::chrono::milliseconds retry_after;
};

// A request of the server's, answered by mcp_connection.
using downstream_question =
    std::function<boost::asio::awaitable<boost::json::value>(mcp::jsonrpc::request)>;

class downstream_transport {
public:
    downstream_transport() = default;
    downstream_transport(downstream_transport const&) = delete;
    downstream_transport& operator=(downstream_transport const&) = delete;
    virtual ~downstream_transport() = default;

    // One request and its answer. Throws jsonrpc::error as the server answered, transport_error,
    // operation_aborted.
    virtual boost::asio::awaitable<boost::json::value> request(downstream_request r) = 0;

    // Returns when it has been sent, or cannot be.
    virtual boost::asio::awaitable<void> notify(mcp::jsonrpc::notification n) = 0;

    // What the handshake found; before it everything is sent as modern.
    virtual void speak(downstream_era era, std::string_view version) = 0;

    // The answer to a probe that timed out may still come, into the conversation that follows.
    virtual bool answers_late() const = 0;

    // Whether nothing more comes of it; and why, with what the server said last.
    virtual bool ended() const = 0;
    virtual std::string why() const = 0;

    // The server answers nothing any more, or not what it should: this conversation is over.
    virtual void give_up(std::string const& reason) = 0;

    // We want nothing more of it. Returns at once; what it takes to say goodbye goes on by itself.
    virtual void close() = 0;
};

}  // namespace agent
