#include "agent/runs/store/store_work.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace agent {

namespace asio = boost::asio;

void store_work::settle()
{
    std::lock_guard const lock(mutex_);
    settled_ = true;
    settled_now_.notify_all();
    if (!waiting_)
        return;
    // The timer is touched on its own executor alone. While waiting_ is set its executor is there:
    // the coroutine's end takes this lock to unset it.
    asio::post(waiting_->get_executor(), [self = shared_from_this()] {
        std::lock_guard const again(self->mutex_);
        if (self->waiting_)
            self->waiting_->cancel();
    });
}

store_wait::store_wait(asio::any_io_executor const& executor, std::shared_ptr<store_work> work)
    : work_(std::move(work)), timer_(executor, asio::steady_timer::time_point::max())
{
    std::lock_guard const lock(work_->mutex_);
    if (!work_->settled_)
        work_->waiting_ = &timer_;
}

store_wait::~store_wait()
{
    std::unique_lock lock(work_->mutex_);
    work_->settled_now_.wait(lock, [&] { return work_->settled_; });
    work_->waiting_ = nullptr;
}

asio::awaitable<void> store_wait::settled()
{
    // Set here and unset by the destructor, both on this executor.
    if (!work_->waiting_)
        co_return;
    auto uncancelled = asio::bind_cancellation_slot(
        asio::cancellation_slot(), asio::as_tuple(asio::use_awaitable));
    co_await timer_.async_wait(uncancelled);
}

}  // namespace agent
