#pragma once

// What Asio 1.81 lacks and every room needs: an event, a time-out, waiting for many, blocking work
// elsewhere. Why not operator|| and cancel_after: the first swallows failures, the second is not
// in 1.81.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcp {

// "Something changed": every waiter wakes, and looks for itself whether it was what it waits for.
class event {
public:
    explicit event(boost::asio::any_io_executor const& ex)
        : timer_(ex, boost::asio::steady_timer::time_point::max())
    {
    }

    void notify() { timer_.cancel(); }

    // Returns after notify(). Throws operation_aborted if the waiting coroutine is cancelled.
    boost::asio::awaitable<void> wait()
    {
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        auto state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none)
            throw boost::system::system_error(boost::asio::error::operation_aborted);
    }

private:
    boost::asio::steady_timer timer_;
};

// Cancellable. A negative or zero duration returns at once.
inline boost::asio::awaitable<void> sleep_for(std::chrono::steady_clock::duration time)
{
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

// Runs `task`, cancelling it and throwing asio::error::timed_out once `limit` has passed. A failure
// of the task is rethrown as it is.
template <class T>
boost::asio::awaitable<T>
with_timeout(boost::asio::awaitable<T> task, std::chrono::steady_clock::duration limit)
{
    namespace asio = boost::asio;
    auto ex = co_await asio::this_coro::executor;
    asio::steady_timer timer(ex, limit);
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(ex, std::move(task), asio::deferred), timer.async_wait(asio::deferred));
    if constexpr (std::is_void_v<T>) {
        auto [order, failure, ec] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (order[0] == 1 && !ec)
            throw boost::system::system_error(asio::error::timed_out);
        if (failure)
            std::rethrow_exception(failure);
    } else {
        auto [order, failure, value, ec] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        if (order[0] == 1 && !ec)
            throw boost::system::system_error(asio::error::timed_out);
        if (failure)
            std::rethrow_exception(failure);
        co_return std::move(value);
    }
}

// event::wait(), or until `limit` has passed.
inline boost::asio::awaitable<void> wait_for(event& what, std::chrono::steady_clock::duration limit)
{
    try {
        co_await with_timeout(what.wait(), limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::timed_out)
            throw;
    }
}

// Runs every task at once and waits for all of them; results in order. Cancelling the caller
// cancels each. The first failure, in order, is rethrown. T must be default-constructible.
template <class T>
boost::asio::awaitable<std::vector<T>> when_all(std::vector<boost::asio::awaitable<T>> tasks)
{
    namespace asio = boost::asio;
    if (tasks.empty())
        co_return std::vector<T>();
    auto ex = co_await asio::this_coro::executor;
    using operation =
        decltype(asio::co_spawn(ex, std::declval<asio::awaitable<T>>(), asio::deferred));
    std::vector<operation> operations;
    operations.reserve(tasks.size());
    for (auto& task : tasks)
        operations.push_back(asio::co_spawn(ex, std::move(task), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    auto [order, failures, values] =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (auto const& failure : failures)
        if (failure)
            std::rethrow_exception(failure);
    co_return std::move(values);
}

// Runs blocking work on `pool` and comes back to the caller's executor with its result. It cannot
// be cancelled: the caller is resumed when the work has ended, so what the work refers to stays
// alive.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> offload(boost::asio::any_io_executor pool, F work)
{
    namespace asio = boost::asio;
    auto task = [](F f) -> asio::awaitable<std::invoke_result_t<F>> { co_return f(); };
    auto uncancelled = asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable);
    co_return co_await asio::co_spawn(pool, task(std::move(work)), uncancelled);
}

}  // namespace mcp
