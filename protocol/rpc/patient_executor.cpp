#include "protocol/rpc/patient_executor.hpp"

#include <boost/asio/post.hpp>

namespace mcp {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

thread_local void const* working = nullptr;  // the queue whose slice this thread is in

}  // namespace

patient_queue::patient_queue(asio::any_io_executor loop, clock::duration slice)
    : queue_(std::make_shared<state>(std::move(loop), slice))
{
}

patient_queue::~patient_queue()
{
    queue_->close();
}

patient_queue::state::state(asio::any_io_executor loop, clock::duration slice)
    : loop_(std::move(loop)), slice_(slice)
{
}

bool patient_queue::state::at_work() const
{
    return working == this;
}

asio::execution_context& patient_queue::state::context() const
{
    return asio::query(loop_, asio::execution::context);
}

std::shared_ptr<patient_queue::state> patient_queue::state::tracked()
{
    std::lock_guard const alone(lock_);
    auto work = outstanding_.lock();
    if (!work) {
        work = std::make_shared<outstanding>();
        work->queue = shared_from_this();
        work->work = asio::prefer(loop_, asio::execution::outstanding_work.tracked);
        outstanding_ = work;
    }
    return {work, this};
}

void patient_queue::state::add(std::unique_ptr<work> next)
{
    std::lock_guard const alone(lock_);
    if (closed_)
        return;
    waiting_.push_back(std::move(next));
    schedule();
}

// What is dropped may, in its destructors, want to add more.
void patient_queue::state::close()
{
    std::deque<std::unique_ptr<work>> dropped;
    std::lock_guard const alone(lock_);
    closed_ = true;
    dropped.swap(waiting_);
}

void patient_queue::state::schedule()
{
    if (std::exchange(scheduled_, true))
        return;
    try {
        asio::post(loop_, [self = shared_from_this()] { self->do_slice(); });
    } catch (...) {
        scheduled_ = false;  // no memory: with what is added next
        throw;
    }
}

std::unique_ptr<patient_queue::work> patient_queue::state::next()
{
    std::lock_guard const alone(lock_);
    if (waiting_.empty())
        return nullptr;
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
}

void patient_queue::state::end_slice() noexcept
{
    std::lock_guard const alone(lock_);
    scheduled_ = false;
    try {
        if (!waiting_.empty())
            schedule();
    } catch (std::exception const&) {
    }
}

void patient_queue::state::do_slice()
{
    // Also when a piece of work throws, out of the loop's run().
    struct slice {
        explicit slice(state& s) : queue(s) { working = &s; }
        slice(slice const&) = delete;
        slice& operator=(slice const&) = delete;
        ~slice()
        {
            working = nullptr;
            queue.end_slice();
        }
        state& queue;
    } const ends_with_this(*this);
    auto const end = clock::now() + slice_;
    do {
        auto const work = next();
        if (!work)
            break;
        work->run();
    } while (clock::now() < end);
}

}  // namespace mcp
