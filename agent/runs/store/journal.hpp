#pragma once

// The run store for coroutines: what is asked of it is done on a thread of its own, and what waits
// together is made durable together (one transaction, one fsync), so that a thousand runs cost
// little more than one. Opened by the first use, never at start.
//
// It never takes the server down. A store that cannot be opened or written (full, read-only,
// damaged, of a newer version, locked for too long) is said once, and from then on a store in
// memory takes its place, with the runs of this process and the newest of the others in it as far
// as they can still be read.

#include "agent/runs/store/run_store.hpp"
#include "agent/runs/store/store_work.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace agent {

struct journal_limits {
    std::chrono::hours oldest{24 * 30};
    std::int64_t bytes = 256 << 20;  // of everything kept; what ended first goes first
};

class journal {
public:
    // `directory` is made when first used (0700): in it runs.sqlite and owners/. Empty: in memory
    // from the start. `log` is called where with() is.
    explicit journal(
        std::string directory, journal_limits limits = journal_limits(), mcp::logger log = {});
    // Waits for what was asked for. No coroutine may still be on its way out of with().
    ~journal();
    journal(journal const&) = delete;
    journal& operator=(journal const&) = delete;

    // This process, as the owner of leases: random, and known to be dead once the process is.
    std::string const& self() const;

    // Runs `work` on the store's thread. Returns, on the caller's executor, once what it wrote is
    // durable. Throws what `work` throws, and what it wrote is undone then, alone; a failing store
    // is no failure here (above): `work` is done again on the store that took its place, so it must
    // not change anything but the store. It may refer to the caller's frame, which is not gone
    // before it is done. Not cancellable: it is a matter of milliseconds, and half-written is
    // worse.
    template <class F>
    boost::asio::awaitable<std::invoke_result_t<F, run_store&>> with(F work)
    {
        auto const executor = co_await boost::asio::this_coro::executor;
        auto const asked = std::make_shared<store_work_of<F>>(std::move(work));
        submit(asked);
        store_wait waiting(executor, asked);
        co_await waiting.settled();
        tell_problem();
        co_return asked->take();
    }

    // Why runs are not durable, in one sentence; empty while they are. From any thread.
    std::string problem() const;

private:
    class thread;
    void submit(std::shared_ptr<store_work> work);
    void tell_problem();

    mcp::logger log_;
    std::unique_ptr<thread> thread_;
};

}  // namespace agent
