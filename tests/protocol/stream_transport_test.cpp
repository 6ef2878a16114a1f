#include "protocol/rpc/stream_transport.hpp"
#include "tests/support.hpp"

#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <doctest/doctest.h>

#include <csignal>

namespace stream_transport_test {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using socket_type = asio::local::stream_protocol::socket;

namespace {

struct pair {
    explicit pair(asio::any_io_executor ex, mcp::stream_limits limits = {}) : peer(ex)
    {
        socket_type mine(ex);
        asio::local::connect_pair(mine, peer);
        ours = std::make_unique<mcp::stream_transport<socket_type>>(std::move(mine), limits);
    }
    socket_type peer;
    std::unique_ptr<mcp::stream_transport<socket_type>> ours;
};

awaitable<std::string> text_of(mcp::transport& t)
{
    auto line = co_await t.read();
    if (!line)
        co_return "(end)";
    if (line->too_long)
        co_return "(too long)";
    co_return std::string(line->text);
}

}  // namespace

TEST_CASE("lines come in and go out over one socket")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex);
        asio::write(p.peer, asio::buffer(std::string("a\nb\r\n\nc")));
        CHECK(co_await text_of(*p.ours) == "a");
        CHECK(co_await text_of(*p.ours) == "b");
        p.peer.shutdown(socket_type::shutdown_send);
        CHECK(co_await text_of(*p.ours) == "c");
        CHECK(co_await text_of(*p.ours) == "(end)");
        CHECK(co_await text_of(*p.ours) == "(end)");

        p.ours->write("x");
        p.ours->write("y");
        co_await p.ours->flush();
        std::string got(100, '\0');
        // What was queued in one turn left in one write.
        got.resize(p.peer.read_some(asio::buffer(got)));
        CHECK(got == "x\ny\n");
    }());
}

TEST_CASE("what is queued while lines are handled leaves with the read that has no line at hand")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex);
        asio::write(p.peer, asio::buffer(std::string("a\nb\n")));
        for (std::string const line : {"a", "b"}) {
            CHECK(co_await text_of(*p.ours) == line);
            p.ours->cork();
            p.ours->write(line);
        }
        co_await asio::post(use_awaitable);
        CHECK(p.peer.available() == 0);
        CHECK_THROWS(co_await mcp::with_timeout(text_of(*p.ours), std::chrono::milliseconds(1)));
        std::string got(100, '\0');
        got.resize(p.peer.read_some(asio::buffer(got)));
        CHECK(got == "a\nb\n");

        p.ours->cork();
        p.ours->write("c");
        co_await p.ours->flush();
        CHECK(p.peer.available() == 2);
        p.ours->write("d");
        co_await asio::post(use_awaitable);
        CHECK(p.peer.available() == 4);
    }());
}

TEST_CASE("a corked peer that does not read is sent to before it is waited for")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex, {.line = 1000, .queued = 1000});
        asio::write(p.peer, asio::buffer(std::string("a\nb\n")));
        CHECK(co_await text_of(*p.ours) == "a");
        p.ours->cork();
        p.ours->write(std::string(5000, 'r'));
        CHECK(co_await text_of(*p.ours) == "b");
        CHECK(p.peer.available() == 5001);
    }());
}

TEST_CASE("a line over the limit is reported and the connection goes on")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex, {.line = 1000});
        asio::write(p.peer, asio::buffer(std::string(50'000, 'a') + "\nb\n"));
        CHECK(co_await text_of(*p.ours) == "(too long)");
        CHECK(co_await text_of(*p.ours) == "b");
    }());
}

TEST_CASE("a peer that does not read is not read from until it does")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex, {.line = 1000, .queued = 100'000});
        asio::write(p.peer, asio::buffer(std::string("request\n")));
        std::string const reply(1 << 20, 'r');
        p.ours->write(reply);
        CHECK_THROWS_WITH(
            co_await mcp::with_timeout(text_of(*p.ours), std::chrono::milliseconds(30)),
            doctest::Contains("timed out"));

        auto drain = [&]() -> awaitable<void> {
            std::string in;
            co_await asio::async_read_until(p.peer, asio::dynamic_buffer(in), '\n', use_awaitable);
            CHECK(in == reply + '\n');
        };
        std::string line;
        auto read = [&]() -> awaitable<void> { line = co_await text_of(*p.ours); };
        std::vector<awaitable<int>> both;
        auto as_int = [](awaitable<void> a) -> awaitable<int> {
            co_await std::move(a);
            co_return 0;
        };
        both.push_back(as_int(drain()));
        both.push_back(as_int(read()));
        co_await mcp::when_all(std::move(both));
        CHECK(line == "request");
    }());
}

TEST_CASE("a peer that never reads is taken for gone")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex, {.line = 1000, .queued = 1000, .abandoned = 2'000'000});
        std::string const reply(900'000, 'r');
        for (int i = 0; i < 5; ++i)
            p.ours->write(reply);
        CHECK(co_await text_of(*p.ours) == "(end)");
        co_await p.ours->flush();
    }());
}

TEST_CASE("a peer that went away ends reading and writing without an exception")
{
    std::signal(SIGPIPE, SIG_IGN);
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        asio::readable_pipe in(ex), out(ex);
        asio::writable_pipe to_us(ex), from_us(ex);
        asio::connect_pipe(in, to_us);
        asio::connect_pipe(out, from_us);
        mcp::stream_transport t(std::move(in), std::move(from_us));
        out.close();
        t.write("nobody hears this");
        CHECK(co_await text_of(t) == "(end)");
        t.write("nor this");
        co_await t.flush();
    }());
}

TEST_CASE("close ends a read that waits")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex);
        asio::post(ex, [&] { p.ours->close(); });
        CHECK(co_await text_of(*p.ours) == "(end)");
        p.ours->write("dropped");
        co_await p.ours->flush();
    }());
}

TEST_CASE("a cancelled read can be made again")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        pair p(ex);
        CHECK_THROWS(co_await mcp::with_timeout(text_of(*p.ours), std::chrono::milliseconds(1)));
        asio::write(p.peer, asio::buffer(std::string("late\n")));
        CHECK(co_await text_of(*p.ours) == "late");
    }());
}

TEST_CASE("a transport may be destroyed while a write is under way")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        auto p = std::make_unique<pair>(ex);
        p->ours->write(std::string(1 << 20, 'w'));
        co_await asio::post(use_awaitable);
        p->ours.reset();
        co_await asio::post(use_awaitable);
    }());
}

}  // namespace stream_transport_test
