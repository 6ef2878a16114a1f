#include "protocol/rpc/async.hpp"
#include "protocol/rpc/patient_executor.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace patient_executor_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

TEST_CASE("patient work is done in its order, and others come between its slices")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor(), 0ms);
    std::string order;
    for (char const c : {'a', 'b', 'c'})
        asio::post(patient.get_executor(), [&order, c] { order += c; });
    asio::post(loop, [&] {
        order += '1';
        asio::post(loop, [&] { order += '2'; });
    });
    loop.run();
    CHECK(order == "a1b2c");
}

TEST_CASE("short patient work shares a slice")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor(), 1h);
    std::string order;
    for (char const c : {'a', 'b', 'c'})
        asio::post(patient.get_executor(), [&order, c] { order += c; });
    asio::post(loop, [&] { order += '1'; });
    loop.run();
    CHECK(order == "abc1");
}

TEST_CASE("what patient work dispatches is a part of it, and what it posts waits its turn")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor());
    asio::any_io_executor const ex = patient.get_executor();
    std::string order;
    asio::post(ex, [&] {
        asio::post(ex, [&] { order += 'd'; });
        asio::dispatch(ex, [&] { order += 'a'; });
        order += 'b';
    });
    asio::post(ex, [&] { order += 'c'; });
    asio::dispatch(ex, [&] { order += 'e'; });  // from outside it is queued as well
    loop.run();
    CHECK(order == "abced");
}

TEST_CASE("a coroutine that patient work starts and cancels at once ends as cancelled")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor());
    asio::any_io_executor const ex = patient.get_executor();
    asio::cancellation_signal stop;
    std::string end;
    auto task = []() -> asio::awaitable<void> { co_await mcp::sleep_for(1h); };
    auto ended = [&](std::exception_ptr const& e) {
        try {
            if (e)
                std::rethrow_exception(e);
        } catch (boost::system::system_error const& failure) {
            end = failure.code() == asio::error::operation_aborted ? "cancelled" : "failed";
        }
    };
    asio::post(ex, [&] {
        asio::co_spawn(ex, task(), asio::bind_cancellation_slot(stop.slot(), ended));
        stop.emit(asio::cancellation_type::terminal);
    });
    CHECK_NOTHROW(loop.run());
    CHECK(end == "cancelled");
}

TEST_CASE("a coroutine on the patient executor stays there through timers, time-outs and the pool")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor());
    auto const here = std::this_thread::get_id();
    bool done = false;
    asio::thread_pool pool{2};
    auto body = [&]() -> asio::awaitable<void> {
        // Nothing else keeps the loop running.
        for (int i = 0; i < 200; ++i) {
            auto work = [i] { return i; };
            auto const result = co_await mcp::offload(pool.get_executor(), work);
            CHECK(result == i);
        }
        co_await mcp::sleep_for(1ms);
        CHECK(std::this_thread::get_id() == here);
        auto slow = []() -> asio::awaitable<void> { co_await mcp::sleep_for(1h); };
        CHECK_THROWS_AS(co_await mcp::with_timeout(slow(), 1ms), boost::system::system_error);
        auto const executor = co_await asio::this_coro::executor;
        CHECK((executor == patient.get_executor()));
        done = true;
    };
    asio::co_spawn(patient.get_executor(), body(), [](std::exception_ptr const& e) {
        if (e)
            std::rethrow_exception(e);
    });
    loop.run();
    CHECK(done);
}

TEST_CASE("patient work that throws does so out of the loop, and what waits behind it is done")
{
    asio::io_context loop{1};
    mcp::patient_queue patient(loop.get_executor());
    bool done = false;
    asio::post(patient.get_executor(), [] { throw std::runtime_error("no"); });
    asio::post(patient.get_executor(), [&] { done = true; });
    CHECK_THROWS_AS(loop.run(), std::runtime_error);
    loop.run();
    CHECK(done);
}

TEST_CASE("work that is left when the patient queue goes is dropped, and what it adds then, too")
{
    asio::io_context loop{1};
    bool done = false;
    auto patient = std::make_unique<mcp::patient_queue>(loop.get_executor());
    struct adds_more {
        explicit adds_more(asio::any_io_executor e, bool& d) : executor(std::move(e)), done(d) {}
        adds_more(adds_more const&) = delete;
        adds_more& operator=(adds_more const&) = delete;
        ~adds_more()
        {
            asio::post(executor, [&d = done] { d = true; });
        }
        asio::any_io_executor executor;
        bool& done;
    };
    auto const last = std::make_shared<adds_more>(patient->get_executor(), done);
    asio::post(
        patient->get_executor(),
        [more = std::make_shared<adds_more>(patient->get_executor(), done)] {});
    patient.reset();
    asio::post(last->executor, [&done] { done = true; });
    loop.run();
    CHECK_FALSE(done);
}

}  // namespace patient_executor_test
