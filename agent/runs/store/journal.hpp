#pragma once

// The run store for coroutines: what is asked of it is done on a thread of its own, and what waits
// together is made durable together (one transaction, one fsync), so that a thousand runs cost
// little more than one. Opened by the first use, never at start.
//
// It never takes the server down. A store that cannot be opened or written (full, read-only,
// damaged, of a newer version) is said once, and from then on a store in memory takes its place,
// with the runs of this process in it as far as they can still be read.

#include "agent/runs/store/run_store.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
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
    // `directory` is made when first used (0700); empty: in memory from the start.
    journal(std::string directory, journal_limits limits = journal_limits(), mcp::logger log = {});
    ~journal();  // waits for what was asked for
    journal(journal const&) = delete;
    journal& operator=(journal const&) = delete;

    // This process, as the owner of leases: random, and known to be dead once the process is.
    std::string const& self() const;

    // Runs `work` on the store's thread. Returns, on the caller's executor, once what it wrote is
    // durable. Throws what `work` throws; a failing store is no failure here (above): `work` is done
    // again on the store that took its place, so it must not change anything but the store. Not
    // cancellable: it is a matter of milliseconds, and half-written is worse.
    template <class F>
    boost::asio::awaitable<std::invoke_result_t<F, run_store&>> with(F work);

    // Why runs are not durable, in one sentence; empty while they are. From any thread.
    std::string problem() const;

private:
    // ...
};

}  // namespace agent
