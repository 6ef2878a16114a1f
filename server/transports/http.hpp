#pragma once

// Streamable HTTP for both eras on one endpoint (basic/transports/streamable-http of 2026-07-28;
// basic/transports of 2025-03-26 to 2025-11-25). The era is decided for each request; the legacy
// one has sessions. Loopback only, unless a token is asked for.

#include "protocol/logger.hpp"
#include "server/server.hpp"
#include "server/transports/http/rules/limits.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace server {

struct http_options {
    std::string host = "127.0.0.1";  // an address, or localhost: that of both families
    std::uint16_t port = 0;          // 0: one that is free
    int inherited = -1;              // a listening socket at that address, which is served instead
    std::string path = "/mcp";

    // What a request may name as its Host and its Origin besides the loopback names with our port:
    // "example.com", or with a port "example.com:8080"; "https://app.example.com".
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> allowed_origins;

    std::optional<std::string> token;  // without it nobody is served
    http_limits limits = http_limits();
};

class http_listener {
public:
    // Listens from here on. `server` outlives it. Throws std::invalid_argument for options that
    // cannot be served, and system_error with the address if it cannot be listened on.
    http_listener(
        boost::asio::any_io_executor ex,
        mcp_server& server,
        http_options options,
        mcp::logger log = mcp::logger());
    ~http_listener();
    http_listener(http_listener const&) = delete;
    http_listener& operator=(http_listener const&) = delete;

    // http://127.0.0.1:8080/mcp, with the port that was picked.
    std::string const& endpoint() const;

    // Until cancelled. Then it accepts nothing more, ends the streams that listen, gives requests
    // the time to finish that the limits say, and returns once everything has unwound.
    boost::asio::awaitable<void> run();

private:
    struct service;
    std::shared_ptr<service> service_;
};

}  // namespace server
