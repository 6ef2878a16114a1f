#pragma once

// co_spawn for the message path. It starts the coroutine here and now, and calls `done` when it
// ends, here and now: the caller runs on the executor already, and `done` does no more than queue a
// reply. co_spawn goes through the executor before the first step, after the last one and once more
// for the handler, each with an allocation and a type erasure, which costs more than most requests.
//
// Asio has no public way to start an awaitable; these are the names that co_spawn itself uses in
// Boost 1.81. The assertion is where another version is met.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/version.hpp>

#include <exception>
#include <utility>

namespace mcp {

static_assert(BOOST_ASIO_VERSION == 102600, "compare with impl/co_spawn.hpp of this version");

namespace detail {

template <class T, class Done>
boost::asio::awaitable<boost::asio::detail::awaitable_thread_entry_point>
launched(boost::asio::awaitable<T> work, Done done)
{
    std::exception_ptr failure;
    T result{};
    try {
        result = co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    done(std::move(failure), std::move(result));
}

}  // namespace detail

// On `ex`, from a handler or coroutine that runs on it. `slot` cancels the work until `done` is
// called, and not later; `done(std::exception_ptr, T)` must not throw.
template <class T, class Done>
void launch(
    boost::asio::any_io_executor const& ex,
    boost::asio::awaitable<T> work,
    boost::asio::cancellation_slot slot,
    Done done)
{
    boost::asio::cancellation_state const cancelled(slot);
    boost::asio::detail::awaitable_thread<boost::asio::any_io_executor>(
        detail::launched(std::move(work), std::move(done)), ex, slot, cancelled)
        .launch();
}

}  // namespace mcp
