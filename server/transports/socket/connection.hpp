#pragma once

// One accepted connection as a transport: lines of JSON, as on stdio. Before anything is served on
// it the peer is judged: a Unix peer by its user, a TCP peer by the token in its first message.
// A socket_listener makes it, and may ask it to end: then nothing more is read, and what is in
// flight is finished.

#include "protocol/rpc/stream_transport.hpp"
#include "server/transports/socket/limits.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace server {

class socket_connection final : public mcp::transport {
public:
    using socket_type = boost::asio::generic::stream_protocol::socket;

    socket_connection(
        socket_type socket, socket_limits const& limits, mcp::stream_limits const& stream);

    // Whether the process at the other end of a Unix socket is our user's, or root's.
    bool is_our_user();

    // Reads the first message and looks for the token in it. Otherwise the peer is told why, and
    // the connection is to be dropped.
    boost::asio::awaitable<bool> let_in(std::string const& token);

    // One error line, delivered as far as the peer takes it.
    boost::asio::awaitable<void> refuse(std::string line);

    // From now on reading says that the peer has closed.
    void stop_reading();

    boost::asio::awaitable<std::optional<mcp::incoming_line>> read() override;
    void write(std::string_view line) override { stream_.write(line); }
    void cork() override { stream_.cork(); }
    boost::asio::awaitable<void> flush() override { return stream_.flush(); }
    void close() override { stream_.close(); }

private:
    boost::asio::awaitable<void> deliver();

    socket_limits const& limits_;
    std::size_t line_limit_;
    mcp::stream_transport<socket_type> stream_;
    std::optional<std::string> first_;
    bool first_taken_ = false;
    bool stopped_ = false;
};

}  // namespace server
