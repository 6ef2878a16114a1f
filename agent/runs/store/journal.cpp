#include "agent/runs/store/journal.hpp"

#include "agent/runs/store/rescue.hpp"
#include "agent/runs/store/run_file.hpp"
#include "agent/runs/store/sqlite_run_store.hpp"
#include "protocol/random.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <mutex>
#include <vector>

namespace agent {

namespace {

using namespace std::chrono_literals;
using batch = std::vector<std::shared_ptr<store_work>>;

constexpr std::int64_t most_in_memory = 64 << 20;
constexpr auto sweep_every = 1h;
constexpr std::int64_t sweeps_in_full = 16;  // so often on the way to a full store

}  // namespace

// What happens off the caller's thread. One task at most is in the pool, and empties the queue.
class journal::thread {
public:
    thread(std::string directory, journal_limits limits)
        : directory_(std::move(directory)), limits_(limits), self_(mcp::random_hex(16))
    {
        if (directory_.empty())
            problem_ = "Runs are lost when this server ends, because it was given no directory to "
                       "keep them in.";
        told_ = directory_.empty();
    }
    thread(thread const&) = delete;
    thread& operator=(thread const&) = delete;
    ~thread()
    {
        if (pool_)
            pool_->join();
    }

    std::string const& self() const { return self_; }

    std::string problem() const
    {
        std::lock_guard const lock(mutex_);
        return problem_;
    }

    // The problem, the first time that it is asked for.
    std::string untold_problem()
    {
        std::lock_guard const lock(mutex_);
        return std::exchange(told_, told_ || !problem_.empty()) ? std::string() : problem_;
    }

    void submit(std::shared_ptr<store_work> work)
    {
        std::lock_guard const lock(mutex_);
        if (!pool_)
            pool_ = std::make_unique<boost::asio::thread_pool>(1);
        queue_.push_back(std::move(work));
        if (!std::exchange(busy_, true))
            boost::asio::post(*pool_, [this] { empty_queue(); });
    }

private:
    void empty_queue()
    {
        for (;;) {
            batch all;
            {
                std::lock_guard const lock(mutex_);
                all.swap(queue_);
                if (all.empty()) {
                    busy_ = false;
                    return;
                }
            }
            perform(all);
            for (auto const& work : all)
                work->settle();
            sweep_sometimes();
        }
    }

    void perform(batch const& all)
    {
        try {
            if (!store_)
                open();
            if (durable_) {
                try {
                    transact(all);
                    return;
                } catch (store_error const& e) {
                    fall_over(e);
                }
            }
            transact(all);
        } catch (...) {
            for (auto const& work : all)
                work->fail(std::current_exception());
        }
    }

    void transact(batch const& all)
    {
        say_failures(store_->file(), [&] {
            sqlite_transaction together(store_->database());
            for (auto const& work : all)
                perform_alone(*work);
            together.commit();
        });
    }

    // What one throws undoes nothing of the others.
    void perform_alone(store_work& work)
    {
        sqlite_savepoint alone(store_->database());
        try {
            work.perform(*store_);
        } catch (store_error const&) {
            if (durable_)
                throw;
            work.fail(std::current_exception());
            return;
        } catch (...) {
            work.fail(std::current_exception());
            return;
        }
        alone.release();
    }

    void open()
    {
        if (directory_.empty()) {
            in_memory();
            return;
        }
        try {
            make_state_directory(directory_);
            if (!owners_)
                owners_ = std::make_unique<owner_lock>(self_, directory_ + "/owners");
            store_ = std::make_unique<sqlite_run_store>(file(), *owners_);
            durable_ = true;
            owners_->remove_dead();
        } catch (store_error const& e) {
            fall_over(e);
        }
    }

    std::string file() const { return directory_ + "/runs.sqlite"; }

    void in_memory()
    {
        if (!owners_)
            owners_ = std::make_unique<owner_lock>(self_);
        store_ = std::make_unique<sqlite_run_store>(":memory:", *owners_);
        durable_ = false;
    }

    void fall_over(store_error const& why)
    {
        auto const failed = std::move(store_);
        in_memory();
        try {
            if (failed) {
                rescue(failed->database(), store_->database(), self_, most_in_memory);
            } else {
                auto left = read_run_file(file());
                rescue(left, store_->database(), self_, most_in_memory);
            }
        } catch (std::exception const&) {
            // What can no longer be read is what the problem is about.
        }
        std::lock_guard const lock(mutex_);
        problem_ = std::string("Runs are lost when this server ends, because ") + why.what() +
                   ", and start this server again.";
    }

    void sweep_sometimes()
    {
        auto const now = std::chrono::steady_clock::now();
        auto const most = durable_ ? limits_.bytes : std::min(limits_.bytes, most_in_memory);
        if (!store_ || (swept_ == store_.get() && now - swept_at_ < sweep_every &&
                        store_->written() - swept_after_ < most / sweeps_in_full))
            return;
        swept_ = store_.get();
        swept_at_ = now;
        swept_after_ = store_->written();
        try {
            auto& db = store_->database();
            sqlite_transaction sweeping(db);
            auto const removed = store_->sweep(limits_.oldest, most);
            sweeping.commit();
            if (removed > 0)
                store_->give_back_space();
        } catch (std::exception const&) {
            // If the store fails, the next who uses it sees it too.
        }
    }

    std::string const directory_;
    journal_limits const limits_;
    std::string const self_;

    mutable std::mutex mutex_;
    batch queue_;
    bool busy_ = false;
    std::string problem_;
    bool told_ = false;

    // Of the store's thread alone.
    std::unique_ptr<owner_lock> owners_;
    std::unique_ptr<sqlite_run_store> store_;
    bool durable_ = false;
    sqlite_run_store const* swept_ = nullptr;
    std::chrono::steady_clock::time_point swept_at_;
    std::int64_t swept_after_ = 0;

    std::unique_ptr<boost::asio::thread_pool> pool_;
};

journal::journal(std::string directory, journal_limits limits, mcp::logger log)
    : log_(std::move(log)), thread_(std::make_unique<thread>(std::move(directory), limits))
{
}

journal::~journal() = default;

std::string const& journal::self() const
{
    return thread_->self();
}

std::string journal::problem() const
{
    return thread_->problem();
}

void journal::submit(std::shared_ptr<store_work> work)
{
    thread_->submit(std::move(work));
}

void journal::tell_problem()
{
    if (auto const problem = thread_->untold_problem(); !problem.empty())
        log_.warning(problem);
}

}  // namespace agent
