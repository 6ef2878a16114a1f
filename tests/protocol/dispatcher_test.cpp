#include "protocol/rpc/dispatcher.hpp"
#include "tests/support.hpp"

#include <boost/asio/this_coro.hpp>
#include <doctest/doctest.h>

using boost::asio::awaitable;

TEST_CASE("a request is answered with its handler's result")
{
    test::run([]() -> awaitable<void> {
        test::memory_transport peer(co_await boost::asio::this_coro::executor);
        mcp::dispatcher d(peer, [](mcp::jsonrpc::request r) -> awaitable<boost::json::value> {
            co_return r.params;
        });
        peer.send(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":{"a":1}})");
        peer.close();
        co_await d.run();
        CHECK(peer.take() == boost::json::parse(R"({"jsonrpc":"2.0","id":1,"result":{"a":1}})"));
    }());
}

TEST_CASE("a cancelled request is not answered")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await boost::asio::this_coro::executor;
        test::memory_transport peer(ex);
        mcp::dispatcher d(peer, [ex](mcp::jsonrpc::request) -> awaitable<boost::json::value> {
            boost::asio::steady_timer never(ex, boost::asio::steady_timer::time_point::max());
            co_await never.async_wait(boost::asio::use_awaitable);
            co_return nullptr;
        });
        peer.send(R"({"jsonrpc":"2.0","id":"x","method":"wait"})");
        peer.send(
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}})");
        peer.close();
        co_await d.run();
        CHECK(peer.sent() == 0);
    }());
}
