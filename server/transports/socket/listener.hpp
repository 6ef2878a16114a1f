#pragma once

// Serves everyone who connects to one Unix or TCP socket: accepts, judges the peer, and hands each
// connection to be served by itself, so that none of them touches another. Goes on when descriptors
// or memory run out, and tells those it has no room for. The composer makes and runs it.

#include "protocol/logger.hpp"
#include "protocol/rpc/stream_transport.hpp"
#include "server/transports/socket/limits.hpp"
#include "server/transports/socket/listening_socket.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <list>
#include <string>

namespace server {

class socket_listener {
public:
    using serve_function = std::function<boost::asio::awaitable<void>(mcp::transport&)>;

    // `token` is what a TCP peer must show; a Unix peer is known by its user.
    socket_listener(
        listening_socket socket,
        std::string token,
        serve_function serve,
        socket_limits limits = socket_limits(),
        mcp::stream_limits stream = mcp::stream_limits(),
        mcp::logger log = mcp::logger());
    socket_listener(socket_listener const&) = delete;
    socket_listener& operator=(socket_listener const&) = delete;
    ~socket_listener();

    listen_address const& address() const { return socket_.address(); }

    // Until it is cancelled: then it accepts nobody and reads nothing more, lets what is in flight
    // finish for as long as the limits say, and cancels the rest. The connections are gone when it
    // has returned.
    boost::asio::awaitable<void> run();

private:
    struct open_connection;
    using socket_type = boost::asio::generic::stream_protocol::socket;

    boost::asio::awaitable<void> accept();
    boost::asio::awaitable<void> end_all();
    void start(socket_type socket);
    boost::asio::awaitable<void> serve(open_connection& with);
    void finished(std::list<open_connection>::iterator which, std::exception_ptr const& failure);

    listening_socket socket_;
    std::string token_;
    serve_function serve_;
    socket_limits limits_;
    mcp::stream_limits stream_;
    mcp::logger log_;
    std::size_t most_;
    std::list<open_connection> open_;
    boost::asio::steady_timer all_ended_;  // cancelled when the last connection is gone
};

}  // namespace server
