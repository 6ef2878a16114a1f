#pragma once

// Where the response to one request comes from, as its headers and the pieces of its body: a
// server, or a recording of one.

#include "agent/http/transfer.hpp"
#include "agent/models/tape/wire_exchange.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agent {

class response_source {
public:
    virtual ~response_source() = default;

    // As transfer's.
    virtual boost::asio::awaitable<boost::system::result<void, http_error>> headers() = 0;
    virtual boost::asio::awaitable<boost::system::result<std::optional<std::string>, http_error>>
    read() = 0;
    virtual int status() const = 0;
    virtual std::string_view header(std::string_view name) const = 0;
};

class live_response final : public response_source {
public:
    // `kept` gets what is received, where it is given. All that it is given outlives it.
    live_response(
        curl_multi& http, http_request request, http_options const& options, wire_exchange* kept);

    boost::asio::awaitable<boost::system::result<void, http_error>> headers() override;
    boost::asio::awaitable<boost::system::result<std::optional<std::string>, http_error>>
    read() override;
    int status() const override { return transfer_.status(); }
    std::string_view header(std::string_view name) const override { return transfer_.header(name); }

private:
    transfer transfer_;
    wire_exchange* kept_;
};

class recorded_response final : public response_source {
public:
    explicit recorded_response(wire_exchange const& played) : played_(played) {}

    boost::asio::awaitable<boost::system::result<void, http_error>> headers() override;
    boost::asio::awaitable<boost::system::result<std::optional<std::string>, http_error>>
    read() override;
    int status() const override { return played_.status; }
    std::string_view header(std::string_view name) const override;

private:
    wire_exchange const& played_;
    bool read_ = false;
};

}  // namespace agent
