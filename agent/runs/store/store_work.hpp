#pragma once

// One thing that a coroutine asks of the store's thread, and the way back. The coroutine sleeps on
// a timer that its own executor owns, so that an io_context that is destroyed destroys it too; only
// while it is there is that executor used. Whoever destroys a waiting coroutine waits for the
// store, because the work may refer to what is in the coroutine.

#include "agent/runs/store/run_store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace agent {

class store_work : public std::enable_shared_from_this<store_work> {
public:
    store_work() = default;
    store_work(store_work const&) = delete;
    store_work& operator=(store_work const&) = delete;
    virtual ~store_work() = default;

    // The store's thread. May be done again, on another store; the last time counts.
    virtual void perform(run_store& store) = 0;
    void fail(std::exception_ptr failure) { failure_ = std::move(failure); }
    void settle();

protected:
    std::exception_ptr failure_;

private:
    friend class store_wait;
    std::mutex mutex_;
    std::condition_variable settled_now_;
    bool settled_ = false;
    boost::asio::steady_timer* waiting_ = nullptr;
};

template <class F>
class store_work_of final : public store_work {
public:
    using result = std::invoke_result_t<F, run_store&>;

    explicit store_work_of(F work) : work_(std::move(work)) {}

    void perform(run_store& store) override
    {
        failure_ = nullptr;
        if constexpr (std::is_void_v<result>) {
            work_(store);
        } else {
            result_.reset();
            result_.emplace(work_(store));
        }
    }

    // Once settled. Throws what `work` threw.
    result take()
    {
        if (failure_)
            std::rethrow_exception(std::exchange(failure_, nullptr));
        if constexpr (!std::is_void_v<result>)
            return std::move(*result_);
    }

private:
    F work_;
    std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> result_;
};

// In the frame of the coroutine that asked, from when the work is in the queue.
class store_wait {
public:
    store_wait(boost::asio::any_io_executor const& executor, std::shared_ptr<store_work> work);
    store_wait(store_wait const&) = delete;
    store_wait& operator=(store_wait const&) = delete;
    ~store_wait();

    boost::asio::awaitable<void> settled();

private:
    std::shared_ptr<store_work> work_;
    boost::asio::steady_timer timer_;
};

}  // namespace agent
