#pragma once

// A request of the modern era (basic/transports/streamable-http of 2026-07-28): everything about it
// is in it, and it lives as long as its response. JSON if the result is the first thing to say, and
// a stream from the first notification on, or once the silence gets long. A client that leaves has
// cancelled.

#include "protocol/rpc/async.hpp"
#include "server/outbound.hpp"
#include "server/session.hpp"
#include "server/transports/http/endpoint.hpp"
#include "server/transports/http/exchange.hpp"

#include <memory>
#include <optional>
#include <string>

namespace server {

class modern_exchange final : public exchange,
                              public outbound,
                              public std::enable_shared_from_this<modern_exchange> {
public:
    modern_exchange(
        std::shared_ptr<http_endpoint> endpoint,
        http_reply& peer,
        reply_forms forms,
        std::string principal);

    void start(mcp::jsonrpc::request request);

    bool ends_with_input() const override { return true; }
    void left() override;
    void written() override;
    void tick(time_point now) override;
    void stop() override;

    void notify(mcp::jsonrpc::request_id const& about, mcp::jsonrpc::notification n) override;
    boost::asio::awaitable<mcp::json::value> call(
        mcp::jsonrpc::request_id const& about,
        std::string method,
        mcp::json::object params) override;
    // Leaving is how this era takes a request back.
    bool withdrawn(mcp::jsonrpc::request_id const&) const override { return !peer_; }
    boost::asio::awaitable<void> drained() override;

private:
    static boost::asio::awaitable<mcp::json::value>
    run(std::shared_ptr<modern_exchange> self, mcp::jsonrpc::request request);
    void finish(std::exception_ptr const& failure, mcp::json::value result);
    bool become_stream();

    std::shared_ptr<http_endpoint> endpoint_;
    http_reply* peer_;  // until it is answered, or left
    reply_forms forms_;
    session session_;  // never opened: this era has none
    boost::asio::cancellation_signal cancel_;
    std::optional<mcp::event> changed_;
    mcp::jsonrpc::request_id id_;
    std::string method_;
    time_point spoke_;
    bool streams_ = false;
};

}  // namespace server
