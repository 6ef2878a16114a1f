#pragma once

#include "protocol/jsonrpc.hpp"
#include "protocol/rpc/transport.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>

namespace mcp {

namespace json = boost::json;

// Pumps one transport: a coroutine per request, a reply per request, cancellation by request id.
// Not MCP-aware beyond `notifications/cancelled`; what a request means is the handler's business.
class dispatcher {
public:
    using handler = std::function<boost::asio::awaitable<json::value>(jsonrpc::request)>;

    dispatcher(transport& t, handler h);

    // Returns once the peer has closed and every request in flight has been answered.
    boost::asio::awaitable<void> run();

    void notify(jsonrpc::notification n) { transport_.write(jsonrpc::serialize(std::move(n))); }

private:
    void start(jsonrpc::request r, boost::asio::any_io_executor ex);
    void cancel(jsonrpc::notification const& n);

    transport& transport_;
    handler handler_;
    std::map<jsonrpc::request_id, boost::asio::cancellation_signal> in_flight_;
    std::optional<boost::asio::steady_timer> drained_;
};

}  // namespace mcp
