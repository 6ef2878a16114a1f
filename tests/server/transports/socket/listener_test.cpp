#include "server/transports/socket/listener.hpp"
#include "tests/support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace listener_test {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using namespace std::chrono_literals;

namespace {

constexpr char token[] = "0123456789abcdef";
constexpr char hello[] =
    R"({"jsonrpc":"2.0","method":"m","params":{"_meta":{"nextjs-backend-engineer/token":"0123456789abcdef"}}})"
    "\n";

// Says every line back, in the order in which it comes; "sleep" only when it is woken or cancelled.
class echo_service {
public:
    explicit echo_service(asio::any_io_executor ex) : wake(ex) {}

    awaitable<void> serve(mcp::transport& peer)
    {
        ++running;
        struct leaving {
            int& count;
            ~leaving() { --count; }
        } const at_end{running};
        while (auto line = co_await peer.read()) {
            std::string const text(line->text);
            if (text == "fail")
                throw std::runtime_error("of this connection alone");
            if (text == "sleep")
                co_await wake.wait();
            peer.write("> " + text);
        }
        co_await peer.flush();
    }

    mcp::event wake;
    int running = 0;
};

class client {
public:
    explicit client(asio::any_io_executor ex) : socket_(ex) {}

    awaitable<void> connect(server::listen_address at)
    {
        asio::generic::stream_protocol::endpoint to;
        if (auto const* local = std::get_if<server::unix_address>(&at))
            to = asio::local::stream_protocol::endpoint(local->path);
        else if (auto const* tcp = std::get_if<server::tcp_address>(&at))
            to = asio::ip::tcp::endpoint(tcp->host, tcp->port);
        co_await socket_.async_connect(to, use_awaitable);
    }
    awaitable<void> send(std::string text)
    {
        co_await asio::async_write(socket_, asio::buffer(text), use_awaitable);
    }
    // The next line, or "(end)".
    awaitable<std::string> line()
    {
        auto const [ec, n] = co_await asio::async_read_until(
            socket_, asio::dynamic_buffer(in_), '\n', asio::as_tuple(use_awaitable));
        if (ec)
            co_return "(end)";
        auto out = in_.substr(0, n - 1);
        in_.erase(0, n);
        co_return out;
    }
    void end() { socket_.shutdown(asio::socket_base::shutdown_send); }
    void vanish() { socket_.close(); }

private:
    asio::generic::stream_protocol::socket socket_;
    std::string in_;
};

// A listener that runs until stop().
class running {
public:
    running(asio::any_io_executor ex, server::listen_address at, server::socket_limits limits = {})
        : service(ex),
          listener(
              server::listening_socket(ex, at),
              token,
              [this](mcp::transport& peer) { return service.serve(peer); },
              limits,
              mcp::stream_limits(),
              {mcp::LoggingLevel::info, [this](auto, std::string_view text) { log += text; }}),
          ended_(ex)
    {
        auto ended = [this](std::exception_ptr) {
            done_ = true;
            ended_.notify();
        };
        asio::co_spawn(ex, listener.run(), asio::bind_cancellation_slot(stop_.slot(), ended));
    }
    void stop() { stop_.emit(asio::cancellation_type::terminal); }
    awaitable<void> stopped()
    {
        while (!done_)
            co_await ended_.wait();
    }

    std::string log;
    echo_service service;
    server::socket_listener listener;

private:
    asio::cancellation_signal stop_;
    mcp::event ended_;
    bool done_ = false;
};

struct socket_path {
    socket_path()
        : text((std::filesystem::temp_directory_path() /
                ("nbe-listener-" + std::to_string(::getpid())))
                   .string())
    {
    }
    operator server::listen_address() const { return server::unix_address{text}; }
    std::string text;
};

server::listen_address free_port()
{
    return server::tcp_address{asio::ip::address_v4::loopback(), 0};
}

}  // namespace

TEST_CASE("connections are served side by side, and one that fails touches no other")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        running here(ex, socket_path());
        client a(ex), b(ex), c(ex);
        co_await a.connect(here.listener.address());
        co_await b.connect(here.listener.address());
        co_await c.connect(here.listener.address());
        co_await a.send("sleep\n");
        co_await b.send("fail\n");
        CHECK(co_await b.line() == "(end)");
        co_await c.send("one\ntwo\n");
        CHECK(co_await c.line() == "> one");
        CHECK(co_await c.line() == "> two");
        here.service.wake.notify();
        CHECK(co_await a.line() == "> sleep");
        CHECK(here.log.find("of this connection alone") != std::string::npos);
        here.stop();
        co_await here.stopped();
        CHECK(here.service.running == 0);
    }());
}

TEST_CASE("a connection that is half closed still gets its answers, and then the end")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        running here(ex, socket_path());
        client a(ex);
        co_await a.connect(here.listener.address());
        co_await a.send("one\ntwo");
        a.end();
        CHECK(co_await a.line() == "> one");
        CHECK(co_await a.line() == "> two");
        CHECK(co_await a.line() == "(end)");
        here.stop();
        co_await here.stopped();
    }());
}

TEST_CASE("on TCP the first message shows the token, and the server does not see it")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        running here(ex, free_port());
        client known(ex), stranger(ex), browser(ex);
        co_await known.connect(here.listener.address());
        std::string const first = hello;
        co_await known.send(first + "two\n");
        CHECK(co_await known.line() == R"(> {"jsonrpc":"2.0","method":"m","params":{"_meta":{}}})");
        CHECK(co_await known.line() == "> two");

        co_await stranger.connect(here.listener.address());
        co_await stranger.send("{\"id\":1,\"method\":\"m\"}\n" + first);
        auto const reply = co_await stranger.line();
        CHECK(reply.find("unauthorized") != std::string::npos);
        CHECK(co_await stranger.line() == "(end)");

        co_await browser.connect(here.listener.address());
        co_await browser.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n" + first);
        auto const refused = co_await browser.line();
        CHECK(refused.find("-32700") != std::string::npos);
        CHECK(co_await browser.line() == "(end)");
        CHECK(here.service.running == 1);
        here.stop();
        co_await here.stopped();
    }());
}

TEST_CASE("a TCP peer that says nothing in time is sent away")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        server::socket_limits limits;
        limits.first_line_time = 20ms;
        running here(ex, free_port(), limits);
        client silent(ex);
        co_await silent.connect(here.listener.address());
        auto const late = co_await silent.line();
        CHECK(late.find("in time") != std::string::npos);
        CHECK(co_await silent.line() == "(end)");
        CHECK(here.service.running == 0);
        here.stop();
        co_await here.stopped();
    }());
}

TEST_CASE("a first message on TCP that is too long is refused, and only a first one")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        server::socket_limits limits;
        limits.first_line = 256;
        running here(ex, free_port(), limits);
        client long_winded(ex), known(ex);
        co_await long_winded.connect(here.listener.address());
        co_await long_winded.send(std::string(1000, 'x'));
        auto const too_long = co_await long_winded.line();
        CHECK(too_long.find("too long") != std::string::npos);

        co_await known.connect(here.listener.address());
        std::string const first = hello;
        co_await known.send(first);
        co_await known.line();
        std::string const large(10'000, 'y');
        co_await known.send(large + "\n");
        CHECK(co_await known.line() == "> " + large);
        here.stop();
        co_await here.stopped();
    }());
}

TEST_CASE("one connection too many is told so, and there is room again once another ends")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        server::socket_limits limits;
        limits.unix_connections = 2;
        running here(ex, socket_path(), limits);
        client a(ex), b(ex), c(ex), d(ex);
        co_await a.connect(here.listener.address());
        co_await b.connect(here.listener.address());
        co_await c.connect(here.listener.address());
        auto const busy = co_await c.line();
        CHECK(busy.find("busy: 2 connections") != std::string::npos);
        CHECK(co_await c.line() == "(end)");
        a.end();
        CHECK(co_await a.line() == "(end)");
        co_await d.connect(here.listener.address());
        co_await d.send("hello\n");
        CHECK(co_await d.line() == "> hello");
        here.stop();
        co_await here.stopped();
    }());
}

TEST_CASE("at the end what is in flight finishes, and nothing more is read")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        running here(ex, socket_path());
        auto const at = here.listener.address();
        client busy(ex), idle(ex), late(ex);
        co_await busy.connect(at);
        co_await idle.connect(at);
        co_await busy.send("sleep\nmore\n");
        co_await idle.send("hello\n");
        CHECK(co_await idle.line() == "> hello");
        here.stop();
        CHECK(co_await idle.line() == "(end)");
        CHECK_THROWS(co_await late.connect(at));
        CHECK(here.service.running == 1);
        here.service.wake.notify();
        CHECK(co_await busy.line() == "> sleep");
        CHECK(co_await busy.line() == "(end)");
        co_await here.stopped();
        CHECK(!std::filesystem::exists(std::get<server::unix_address>(at).path));
    }());
}

TEST_CASE("what does not finish in time at the end is cancelled")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        server::socket_limits limits;
        limits.drain = 20ms;
        running here(ex, socket_path(), limits);
        client busy(ex);
        co_await busy.connect(here.listener.address());
        co_await busy.send("hello\nsleep\n");
        CHECK(co_await busy.line() == "> hello");
        here.stop();
        co_await here.stopped();
        CHECK(here.service.running == 0);
        CHECK(co_await busy.line() == "(end)");
    }());
}

}  // namespace listener_test
