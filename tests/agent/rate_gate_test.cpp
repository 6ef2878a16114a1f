#include "agent/rate_gate.hpp"
#include "tests/support.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

namespace rate_gate_test {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

namespace {

// Lets what can run, run.
awaitable<void> settle()
{
    for (int i = 0; i < 20; ++i)
        co_await asio::post(asio::use_awaitable);
}

}  // namespace

TEST_CASE("an open gate lets everybody through")
{
    test::run([]() -> awaitable<void> {
        agent::rate_gate gate(co_await asio::this_coro::executor);
        auto first = co_await gate.pass();
        auto second = co_await gate.pass();
        first.served();
        CHECK(!gate.closed());
    }());
}

TEST_CASE("after a refusal all wait, then one goes ahead, and the others once it was served")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        agent::rate_gate gate(ex);
        {
            auto refused = co_await gate.pass();
            refused.refused(30ms);
        }
        CHECK(gate.left() > 0ms);
        int through = 0;
        std::vector<agent::rate_gate::ticket> tickets;
        mcp::event passed(ex);
        auto request = [&]() -> awaitable<void> {
            auto ticket = co_await gate.pass();
            tickets.push_back(std::move(ticket));
            ++through;
            passed.notify();
        };
        for (int i = 0; i < 5; ++i)
            asio::co_spawn(ex, request(), asio::detached);
        co_await settle();
        CHECK(through == 0);
        while (through == 0)
            co_await passed.wait();
        co_await settle();
        CHECK(through == 1);

        // It is refused again, and for long enough to be seen.
        tickets.back().refused(30ms);
        tickets.clear();
        co_await settle();
        CHECK(through == 1);
        while (through == 1)
            co_await passed.wait();
        co_await settle();
        CHECK(through == 2);
        tickets.back().served();
        co_await settle();
        CHECK(through == 5);
        CHECK(!gate.closed());
    }());
}

TEST_CASE("who goes ahead and comes to nothing lets the next one try")
{
    test::run([]() -> awaitable<void> {
        agent::rate_gate gate(co_await asio::this_coro::executor);
        {
            auto refused = co_await gate.pass();
            refused.refused(1ms);
        }
        {
            auto lost = co_await gate.pass();
        }
        auto next = co_await gate.pass();
        next.served();
        CHECK(!gate.closed());
    }());
}

}  // namespace rate_gate_test
