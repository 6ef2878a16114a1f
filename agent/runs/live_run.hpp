#pragma once

// A run as whoever watches it sees it: where it stands, what it said last, and what came of it.
// Shared by its watchers and by whoever drives it; changed and read on the loop's thread alone.
// A watcher waits for `changed` and looks again.

#include "agent/models/sampling/sampling_desk.hpp"
#include "agent/run.hpp"
#include "agent/runs/store/run_store.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace agent {

struct live_run {
    // One short line, safe to show.
    struct line {
        std::uint64_t number = 0;  // from 1
        std::string text;
    };
    static constexpr std::size_t lines_kept = 100;

    live_run(boost::asio::any_io_executor const& ex, run_row row, run_request asked);
    live_run(live_run const&) = delete;
    live_run& operator=(live_run const&) = delete;

    void tell(std::string_view text);
    void turn_to(run_state next);

    // There is nothing to wait for: it ended, it asks, or nobody works on it.
    bool rests() const { return agent::rests(state); }

    std::string const id;
    std::string const principal;
    run_request const request;
    wall_time const created;
    run_state state;
    std::shared_ptr<run_outcome const> outcome;  // once it rests, unless it was interrupted
    bool delivered;                              // somebody was given that outcome
    std::int64_t leg = 0;  // which task or answer it works on: grows with each that was said to it
    std::deque<line> lines;
    std::uint64_t told = 0;    // lines that somebody who polls was given already
    std::size_t watchers = 0;  // who would miss it
    mcp::event changed;
    sampling_desk desk;  // what it asks the model of a client

    // For runs: who drives it.
    boost::asio::cancellation_signal stop;
    std::string cancelled;  // why; empty: it was not
    bool driven = false;
    bool elsewhere = false;  // by another process: we only look
    bool granted = false;    // a place among those at work
};

}  // namespace agent
