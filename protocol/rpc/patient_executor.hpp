#pragma once

// An executor for much work that is in no hurry, on a loop that others wait for: a slice of it,
// then whoever else is ready, then the next slice. A thousand runs that go on at once do not keep a
// request waiting for all of them. In the order in which it was given; what work dispatches is part
// of it, and done at once: a coroutine that co_spawn starts there cannot be cancelled before its
// first step, which Asio 1.81 answers with an exception out of the loop. Single-threaded, as the
// loop is. Source: Asio's executor requirements (any_io_executor).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace mcp {

class patient_queue {
public:
    // A slice ends with the piece of work that outlasts it.
    explicit patient_queue(
        boost::asio::any_io_executor loop,
        std::chrono::steady_clock::duration slice = std::chrono::milliseconds(1));
    // What was not done is dropped.
    ~patient_queue();
    patient_queue(patient_queue const&) = delete;
    patient_queue& operator=(patient_queue const&) = delete;

    boost::asio::any_io_executor get_executor() const { return executor(queue_); }

private:
    struct work {
        work() = default;
        work(work const&) = delete;
        work& operator=(work const&) = delete;
        virtual ~work() = default;
        virtual void run() = 0;
    };
    template <class F>
    struct work_of final : work {
        explicit work_of(F f) : function(std::move(f)) {}
        void run() override { std::move(function)(); }
        F function;
    };

    // Held by the executors: handlers of the loop may outlast the queue.
    class state : public std::enable_shared_from_this<state> {
    public:
        state(boost::asio::any_io_executor loop, std::chrono::steady_clock::duration slice);
        void add(std::unique_ptr<work> next);
        void close();
        // Whether this thread is in a slice of it.
        bool at_work() const;
        boost::asio::execution_context& context() const;
        // The same, and the loop does not run out of work while it is there.
        std::shared_ptr<state> tracked();

    private:
        struct outstanding {
            std::shared_ptr<state> queue;
            boost::asio::any_io_executor work;
        };

        void schedule();
        void do_slice();
        void end_slice() noexcept;
        std::unique_ptr<work> next();

        boost::asio::any_io_executor loop_;
        std::chrono::steady_clock::duration slice_;
        std::mutex lock_;  // of all below
        std::deque<std::unique_ptr<work>> waiting_;
        std::weak_ptr<outstanding> outstanding_;
        bool scheduled_ = false;
        bool closed_ = false;
    };

    class executor {
    public:
        explicit executor(std::shared_ptr<state> queue, bool at_once = true) noexcept
            : queue_(std::move(queue)), at_once_(at_once)
        {
        }

        template <class F>
        void execute(F f) const
        {
            if (at_once_ && queue_->at_work())
                std::move(f)();
            else
                queue_->add(std::make_unique<work_of<F>>(std::move(f)));
        }
        boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept
        {
            return queue_->context();
        }
        executor require(boost::asio::execution::blocking_t::never_t) const
        {
            return executor(queue_, false);
        }
        executor require(boost::asio::execution::blocking_t::possibly_t) const
        {
            return executor(queue_, true);
        }
        executor require(boost::asio::execution::outstanding_work_t::tracked_t) const
        {
            return executor(queue_->tracked(), at_once_);
        }
        boost::asio::execution::blocking_t query(boost::asio::execution::blocking_t) const noexcept
        {
            if (at_once_)
                return boost::asio::execution::blocking.possibly;
            return boost::asio::execution::blocking.never;
        }
        friend bool operator==(executor const& a, executor const& b) noexcept
        {
            return a.queue_ == b.queue_ && a.at_once_ == b.at_once_;
        }
        friend bool operator!=(executor const& a, executor const& b) noexcept { return !(a == b); }

    private:
        std::shared_ptr<state> queue_;
        bool at_once_;
    };

    std::shared_ptr<state> queue_;
};

}  // namespace mcp
