#pragma once

// All runs: begun, found again, continued, cancelled, and kept (DESIGN, "A run outlives the request
// that watches it"). A run works by itself, in the background of its process; whoever asked for it
// watches (live_run) and may leave. What it does is journaled step by step, so that a run whose
// process died goes on where it was when somebody asks for it again.
//
// Two processes on one state directory see the same runs. Each run is driven by the one that has
// its lease; the other watches it through the journal.

#include "agent/engineer.hpp"
#include "agent/runs/live_run.hpp"
#include "agent/runs/project_writer.hpp"
#include "agent/runs/store/journal.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace agent {

struct runs_limits {
    std::size_t at_once = 8;                // more wait for a place
    std::size_t waiting = 1'000;            // more are refused
    std::chrono::milliseconds glance{500};  // how often another process is looked at, or heeded
    std::chrono::hours undelivered{24};     // how long an outcome waits for who asked the same
};

// One sentence for whoever asked.
struct run_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Nothing while there is none.
std::shared_ptr<run_outcome const> outcome_of(run_row const& row);

class runs {
public:
    using run_ptr = std::shared_ptr<live_run>;

    // `works`, `kept` and `writer` outlive it. No writer: nothing is written into projects.
    runs(
        engineer& works,
        journal& kept,
        boost::asio::any_io_executor ex,
        runs_limits limits = runs_limits(),
        mcp::logger log = {},
        project_writer* writer = nullptr);
    ~runs();
    runs(runs const&) = delete;
    runs& operator=(runs const&) = delete;

    // Who wants to know of every run of this process: that it is there, that it said something,
    // that its state is another, that it was removed.
    enum class change { begun, said, turned, removed };
    using change_listener = std::function<void(live_run const&, change)>;
    void on_change(change_listener tell) { on_change_ = std::move(tell); }

    // The run of the same request that is alive, or whose outcome nobody has seen; else a new one.
    // Durable when this returns. Throws run_error for no task, and if there are too many.
    // `sampling`: who begins it has a model to offer, and watches.
    boost::asio::awaitable<run_ptr>
    begin(run_request request, std::string principal, bool sampling = false);

    // Nothing if this principal has no such run. One that was interrupted is not continued by this.
    boost::asio::awaitable<run_ptr> find(std::string id, std::string principal);

    // Continues it if it was interrupted, or if it failed and `also_failed`.
    boost::asio::awaitable<void> go_on(run_ptr run, bool also_failed = false);

    // The answer to a run that asks, or a further task for one that has ended. Durable when this
    // returns. Throws run_error for a run that is at work.
    boost::asio::awaitable<void> say(run_ptr run, std::string text);

    // At once, if this process drives it; false if it does not. The model's transfer and every
    // child end with it. `why` is a sentence.
    void interrupt(run_ptr const& run);
    bool cancel_here(run_ptr const& run, std::string why);

    // The same for any run, wherever it is, and at rest.
    boost::asio::awaitable<void> cancel(run_ptr run, std::string why);

    // That its outcome was given to somebody: durable a little later, when they have it. Who dies
    // in between is rather given it twice than never.
    void set_delivered(run_ptr const& run);

    boost::asio::awaitable<std::vector<run_row>>
    list(std::optional<std::string> principal, std::size_t most);
    boost::asio::awaitable<std::vector<run_record>> records(std::string id);

    // Throws run_error for one that is at work.
    boost::asio::awaitable<void> remove(run_ptr run);

    // The process ends: every run of it is interrupted, and from now on nobody's leaving cancels
    // one. They can be continued once stopped() has returned.
    void stop();
    bool stopping() const { return stopping_; }
    boost::asio::awaitable<void> stopped();

    // Why runs do not survive this process; empty while they do.
    std::string problem() const { return kept_.problem(); }

private:
    run_ptr adopt(run_row row);
    void start(run_ptr const& run);
    boost::asio::awaitable<void> drive(run_ptr run);
    boost::asio::awaitable<run_outcome> work(run_ptr run);
    boost::asio::awaitable<written_files> write(run_ptr run, run_outcome& outcome);
    boost::asio::awaitable<run_outcome>
    unfinished(run_ptr run, run_status status, std::string reason);
    boost::asio::awaitable<void> end(run_ptr run, run_state state, run_outcome outcome);
    boost::asio::awaitable<bool> watch_elsewhere(run_ptr run);
    boost::asio::awaitable<void> heed_others();
    boost::asio::awaitable<void> mark_delivered(run_ptr run);
    boost::asio::awaitable<bool> lease(run_ptr run);
    boost::asio::awaitable<void> take_place(run_ptr run);
    void give_place_on(live_run const& run);
    void tell_places() const;
    void changed(live_run const& run, change what) const;

    engineer& engineer_;
    journal& kept_;
    boost::asio::any_io_executor executor_;
    runs_limits limits_;
    mcp::logger log_;
    project_writer* writer_;
    std::map<std::string, std::weak_ptr<live_run>, std::less<>> known_;
    std::vector<run_ptr> driven_;
    std::deque<run_ptr> waiting_;
    std::size_t at_work_ = 0;
    std::set<std::string, std::less<>> marking_;  // runs whose outcome was delivered just now
    bool stopping_ = false;
    bool heeding_ = false;
    change_listener on_change_;
    mcp::event idle_;     // one run less is driven, or something is done
    mcp::event at_rest_;  // none is driven
    mcp::event ending_;   // the process is
};

}  // namespace agent
