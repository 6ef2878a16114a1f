#pragma once

// Streamable HTTP as a downstream_transport, in both eras: each modern request is an exchange of
// its own, with its routing data in headers, and is cancelled by closing it; legacy requests belong
// to a legacy_session. Nothing is followed: no redirects, no URL that a server names.
// Source: basic/transports/streamable-http, Request Metadata.

#include "agent/downstream/downstream_transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace agent {

class legacy_session;

class http_transport final : public downstream_transport {
public:
    http_transport(
        boost::asio::any_io_executor ex,
        downstream_server const& server,
        downstream_question on_question);
    ~http_transport() override;

    boost::asio::awaitable<boost::json::value> request(downstream_request r) override;
    boost::asio::awaitable<void> notify(mcp::jsonrpc::notification n) override;
    void speak(downstream_era era, std::string_view version) override;
    bool answers_late() const override { return false; }
    bool ended() const override { return !why_.empty(); }
    std::string why() const override { return why_; }
    void give_up(std::string const& reason) override;
    void close() override;

private:
    boost::asio::awaitable<boost::json::value> modern_request(downstream_request r);

    http_endpoint endpoint_;
    std::size_t max_message_;
    std::shared_ptr<legacy_session> session_;
    downstream_era era_ = downstream_era::unknown;
    std::string version_;
    std::string why_;
    std::int64_t last_id_ = 0;
};

}  // namespace agent
