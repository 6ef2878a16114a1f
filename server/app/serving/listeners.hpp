#pragma once

// Everything the program serves on at once: stdio, and every --listen. All are opened before any is
// served, so that a wrong address ends the program before a client has seen it. The composer makes
// and runs it.

#include "protocol/logger.hpp"
#include "server/app/serving/serve_options.hpp"
#include "server/server.hpp"
#include "server/transports/http.hpp"
#include "server/transports/socket/listener.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <vector>

namespace app {

class listeners {
public:
    // `server` outlives it. Throws config_error for an address that cannot be listened on.
    listeners(
        boost::asio::any_io_executor ex,
        server::mcp_server& server,
        serve_options options,
        mcp::logger log);
    listeners(listeners const&) = delete;
    listeners& operator=(listeners const&) = delete;
    ~listeners();

    // Until stdin ends, if stdio is served, or else until cancelled. The sockets are drained then.
    boost::asio::awaitable<void> run();

private:
    void open(server::listen_address const& at);
    void open_socket(server::listening_socket socket);
    void
    open_http(boost::asio::ip::address const& host, std::uint16_t port, std::string path, int fd);

    boost::asio::any_io_executor executor_;
    server::mcp_server& server_;
    serve_options options_;
    mcp::logger log_;
    std::unique_ptr<mcp::transport> stdio_;
    std::vector<std::unique_ptr<server::socket_listener>> sockets_;
    std::vector<std::unique_ptr<server::http_listener>> http_;
};

}  // namespace app
