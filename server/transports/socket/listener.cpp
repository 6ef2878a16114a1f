#include "server/transports/socket/listener.hpp"

#include "protocol/jsonrpc.hpp"
#include "server/transports/socket/admission.hpp"
#include "server/transports/socket/connection.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <sys/resource.h>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto retry_time = 100ms;  // after accepting failed for want of descriptors or memory
constexpr rlim_t descriptors_left = 64;

std::size_t connections(std::size_t wanted)
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        return wanted;
    auto const room =
        descriptors.rlim_cur > descriptors_left + 1 ? descriptors.rlim_cur - descriptors_left : 1;
    return std::min<std::size_t>(wanted, room);
}

}  // namespace

struct socket_listener::open_connection {
    open_connection(
        socket_type socket, socket_limits const& limits, mcp::stream_limits const& stream)
        : peer(std::move(socket), limits, stream)
    {
    }
    socket_connection peer;
    asio::cancellation_signal cancel;
};

socket_listener::socket_listener(
    listening_socket socket,
    std::string token,
    serve_function serve,
    socket_limits limits,
    mcp::stream_limits stream,
    mcp::logger log)
    : socket_(std::move(socket)),
      token_(std::move(token)),
      serve_(std::move(serve)),
      limits_(limits),
      stream_(stream),
      log_(std::move(log)),
      most_(connections(socket_.is_unix() ? limits.unix_connections : limits.tcp_connections)),
      all_ended_(socket_.acceptor().get_executor())
{
}

socket_listener::~socket_listener() = default;

awaitable<void> socket_listener::run()
{
    std::exception_ptr reason;
    try {
        co_await accept();
    } catch (...) {
        reason = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await end_all();
    std::rethrow_exception(reason);
}

awaitable<void> socket_listener::accept()
{
    bool told = false;
    for (;;) {
        auto [ec, socket] =
            co_await socket_.acceptor().async_accept(asio::as_tuple(asio::use_awaitable));
        if (!ec) {
            try {
                start(std::move(socket));
                told = false;
                continue;
            } catch (std::bad_alloc const&) {
                ec = asio::error::no_memory;
            }
        }
        auto const state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        if (ec == asio::error::connection_aborted)
            continue;
        if (!told)
            log_.warning("cannot accept connections: " + ec.message() + "; trying until it works");
        told = true;
        co_await mcp::sleep_for(retry_time);
    }
}

void socket_listener::start(socket_type socket)
{
    error_code ignored;
    if (open_.size() >= most_) {
        auto const line = refusal_line(
            static_cast<int>(mcp::jsonrpc::errc::internal_error),
            "busy: " + std::to_string(most_) +
                " connections are open here; close one of them, or try again later");
        socket.non_blocking(true, ignored);
        socket.write_some(asio::buffer(line + "\n"), ignored);
        socket.shutdown(socket_type::shutdown_send, ignored);
        return;
    }
    if (!socket_.is_unix()) {
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        socket.set_option(asio::socket_base::keep_alive(true), ignored);
    }
    auto const which = open_.emplace(open_.end(), std::move(socket), limits_, stream_);
    auto ended = [this, which](std::exception_ptr failure) { finished(which, failure); };
    try {
        asio::co_spawn(
            socket_.acceptor().get_executor(),
            serve(*which),
            asio::bind_cancellation_slot(which->cancel.slot(), std::move(ended)));
    } catch (...) {
        open_.erase(which);
        throw;
    }
}

awaitable<void> socket_listener::serve(open_connection& with)
{
    if (!socket_.is_unix()) {
        bool const known = co_await with.peer.let_in(token_);
        if (!known)
            co_return;
    } else if (!with.peer.is_our_user()) {
        auto const code = static_cast<int>(mcp::jsonrpc::errc::invalid_request);
        co_await with.peer.refuse(
            refusal_line(code, "unauthorized: this socket serves the user who started it"));
        co_return;
    }
    co_await serve_(with.peer);
}

void socket_listener::finished(
    std::list<open_connection>::iterator which, std::exception_ptr const& failure)
{
    open_.erase(which);
    if (open_.empty())
        all_ended_.cancel();
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::operation_aborted)
            log_.warning(std::string("a connection ended: ") + e.what());
    } catch (std::exception const& e) {
        log_.error(std::string("a connection failed: ") + e.what());
    }
}

awaitable<void> socket_listener::end_all()
{
    socket_.close();
    for (auto& connection : open_)
        connection.peer.stop_reading();
    all_ended_.expires_after(limits_.drain);
    if (!open_.empty())
        co_await all_ended_.async_wait(asio::as_tuple(asio::use_awaitable));
    for (auto& connection : open_)
        connection.cancel.emit(asio::cancellation_type::terminal);
    while (!open_.empty()) {
        all_ended_.expires_at(asio::steady_timer::time_point::max());
        co_await all_ended_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

}  // namespace server
