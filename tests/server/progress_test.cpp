#include "server/progress.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

namespace progress_test {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::awaitable;

namespace {

struct sent {
    std::vector<mcp::ProgressNotificationParams> all;
    mcp::event changed;
    explicit sent(asio::any_io_executor ex) : changed(std::move(ex)) {}

    server::progress_reporter::send_function sink()
    {
        return [this](mcp::ProgressNotificationParams p) {
            all.push_back(std::move(p));
            changed.notify();
        };
    }
    awaitable<void> waited(std::size_t n)
    {
        while (all.size() < n)
            co_await changed.wait();
    }
};

}  // namespace

TEST_CASE("the first progress leaves at once, what follows too early when the interval has passed")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        sent out(ex);
        server::progress_reporter reporter(ex, "t", 200ms, out.sink());
        auto const start = std::chrono::steady_clock::now();
        for (int i = 0; i <= 100; ++i)
            reporter.reach(i, 100, std::to_string(i));
        CHECK(out.all.size() == 1);
        CHECK(out.all[0].progress == 0);
        co_await out.waited(2);
        CHECK(std::chrono::steady_clock::now() - start >= 200ms);
        CHECK(out.all[1].progress == 100);
        CHECK(out.all[1].message == "100");
        CHECK(out.all[1].progressToken == "t");
    }());
}

TEST_CASE("progress only grows, whatever the caller says")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        sent out(ex);
        server::progress_reporter reporter(ex, 1, 0ms, out.sink());
        reporter.step("a");
        reporter.step("b");
        reporter.reach(50, 100, "c");
        reporter.reach(50, 100, "d");
        reporter.reach(10, 100, "e");
        reporter.reach(100, 100, "f");
        reporter.reach(100, 100, "g");
        reporter.step("h");
        reporter.flush();
        CHECK(out.all.size() == 8);
        for (std::size_t i = 1; i < out.all.size(); ++i)
            CHECK(out.all[i].progress > out.all[i - 1].progress);
        CHECK(out.all[1].progress == 2);
        CHECK(out.all[4].progress < 51);
        co_return;
    }());
}

TEST_CASE("the last progress is sent by flush, and nothing after it")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        sent out(ex);
        server::progress_reporter reporter(ex, 1, 1h, out.sink());
        reporter.step("first");
        reporter.step("second");
        reporter.step("last");
        reporter.flush();
        reporter.step("late");
        reporter.flush();
        CHECK(out.all.size() == 2);
        CHECK(out.all[1].message == "last");
        co_return;
    }());
}

TEST_CASE("a heartbeat says the last message again, and ends with its reporter")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        sent out(ex);
        {
            server::progress_reporter reporter(ex, 1, 1ms, out.sink());
            reporter.heartbeat(2ms);
            co_await out.waited(1);
            CHECK(!out.all[0].message);
            reporter.reach(1.5, 10, "thinking");
            co_await out.waited(5);
            CHECK(out.all[4].message == "thinking");
            CHECK(out.all[4].progress > out.all[3].progress);
            CHECK(out.all[4].progress < 10);
        }
        auto const n = out.all.size();
        co_await mcp::sleep_for(10ms);
        CHECK(out.all.size() == n);
    }());
}

}  // namespace progress_test
