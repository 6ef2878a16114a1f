#pragma once

// The way back to the client of a request: its connection, or the stream of its response. A
// transport that carries requests implements it.

#include "protocol/jsonrpc.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace server {

class outbound {
public:
    virtual ~outbound() = default;

    // Dropped if the request was cancelled.
    virtual void notify(mcp::jsonrpc::request_id const& about, mcp::jsonrpc::notification n) = 0;

    // Legacy only: a request to the client, while one of its own is served. Throws jsonrpc::error
    // as the client answered, system_error(asio::error::eof) when it cannot be reached any more.
    virtual boost::asio::awaitable<mcp::json::value>
    call(mcp::jsonrpc::request_id const& about, std::string method, mcp::json::object params) = 0;

    // Lets go of the client: where the transport can have it come back for the response, it does.
    virtual void release(mcp::jsonrpc::request_id const& about) { (void)about; }

    // While a cancelled request unwinds: whether its client took it back. If not, the connection
    // ended, or the server does, and the client may come again for what it asked for.
    virtual bool withdrawn(mcp::jsonrpc::request_id const& about) const = 0;

    // Returns once what was notified has left, or cannot any more: who notifies without being asked
    // each time, as a subscription does, waits here.
    virtual boost::asio::awaitable<void> drained() = 0;
};

}  // namespace server
