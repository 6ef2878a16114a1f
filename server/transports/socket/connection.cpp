#include "server/transports/socket/connection.hpp"

#include "protocol/jsonrpc.hpp"
#include "server/transports/socket/admission.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

namespace {

// For a peer that was refused to take its one line.
constexpr auto farewell_time = 1s;

std::string invalid(std::string const& why)
{
    return refusal_line(static_cast<int>(mcp::jsonrpc::errc::invalid_request), why);
}

}  // namespace

socket_connection::socket_connection(
    socket_type socket, socket_limits const& limits, mcp::stream_limits const& stream)
    : limits_(limits), line_limit_(stream.line), stream_(std::move(socket), stream)
{
}

bool socket_connection::is_our_user()
{
    ucred peer{};
    socklen_t size = sizeof peer;
    auto const fd = stream_.reader().native_handle();
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

awaitable<bool> socket_connection::let_in(std::string const& token)
{
    std::string why;
    stream_.line_limit(limits_.first_line);
    try {
        auto const line = co_await mcp::with_timeout(stream_.read(), limits_.first_line_time);
        if (!line)
            co_return false;
        if (line->too_long) {
            why = invalid("the first message is too long to be looked through for the token");
        } else {
            auto admitted = admit(line->text, token);
            if (admitted)
                first_ = std::move(*admitted);
            else
                why = admitted.error().reply;
        }
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        why = invalid("no message came in time");
    }
    if (first_) {
        stream_.line_limit(line_limit_);
        co_return true;
    }
    co_await refuse(std::move(why));
    co_return false;
}

awaitable<void> socket_connection::refuse(std::string line)
{
    stream_.write(line);
    try {
        co_await mcp::with_timeout(deliver(), farewell_time);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
    }
}

// A socket that is closed with unread bytes resets the connection, and the peer may lose our line.
awaitable<void> socket_connection::deliver()
{
    co_await stream_.flush();
    boost::system::error_code ignored;
    stream_.reader().shutdown(socket_type::shutdown_send, ignored);
    for (auto line = co_await stream_.read(); line; line = co_await stream_.read()) {
    }
}

void socket_connection::stop_reading()
{
    stopped_ = true;
    boost::system::error_code ignored;
    stream_.reader().shutdown(socket_type::shutdown_receive, ignored);  // wakes a read that waits
}

awaitable<std::optional<mcp::incoming_line>> socket_connection::read()
{
    if (stopped_)
        co_return std::nullopt;
    if (first_ && !first_taken_) {
        first_taken_ = true;
        co_return mcp::incoming_line{*first_};
    }
    first_.reset();
    auto line = co_await stream_.read();
    if (stopped_)
        line.reset();
    co_return line;
}

}  // namespace server
