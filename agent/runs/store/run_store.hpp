#pragma once

// Where runs are kept: one row for each run, and under it the records of what was done, in order.
// What a record says is not the store's business. Narrow, so that another database can take
// SQLite's place. Blocking; driven by the journal (journal.hpp) from one thread, inside its
// transactions.
// Everything throws store_error when the store itself fails; a run that is not there is no failure:
// nothing is done. What is larger than largest_text is refused with std::length_error.

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class run_state {
    queued,             // for a free place, in the process that has its lease
    working,            // somebody has its lease
    waiting_for_input,  // for answers to its questions; nothing of it is in memory
    completed,
    failed,  // also stopped by a limit, and refused: the outcome says which
    cancelled,
    interrupted,  // its process ended; it goes on when it is asked for
};
BOOST_DESCRIBE_ENUM(
    run_state, queued, working, waiting_for_input, completed, failed, cancelled, interrupted)

// No more will be done unless somebody asks for more.
constexpr bool has_ended(run_state s)
{
    return s == run_state::completed || s == run_state::failed || s == run_state::cancelled;
}

// Nobody works on it, or waits to.
constexpr bool rests(run_state s)
{
    return s != run_state::queued && s != run_state::working;
}

struct store_error : std::runtime_error {
    // What is wrong and what to do, as the end of a sentence: "the disk is full: free some space".
    using std::runtime_error::runtime_error;
};

constexpr std::size_t largest_text = 64 << 20;  // of a request, an outcome, a payload

using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

struct run_row {
    std::string id;
    std::string principal;  // whose it is; empty: the user's at this machine
    std::string digest;     // of what was asked: the same question finds it again
    run_state state = run_state::queued;
    std::string request;  // JSON
    std::string outcome;  // JSON; empty until there is one
    std::string title;    // one line for lists
    wall_time created{};
    wall_time updated{};
    std::string owner;              // whose lease it is under; empty: nobody's who lives
    bool delivered = false;         // somebody was given the outcome
    bool cancel_requested = false;  // by another process than the owner
};

struct run_record {
    std::int64_t sequence = 0;  // from 1, without gaps, in one run
    std::string kind;
    std::string payload;
};

class run_store {
public:
    virtual ~run_store() = default;

    // `row.owner` gets the lease. Times that are not set are now. Throws std::invalid_argument if
    // there is a run of this id.
    virtual void create(run_row const& row) = 0;

    virtual std::optional<run_row> find(std::string_view id) = 0;

    // The newest of this principal and digest, if there is one.
    virtual std::optional<run_row>
    find_same(std::string_view principal, std::string_view digest) = 0;

    // Newest first; without requests and outcomes. `principal` nullopt: everybody's.
    virtual std::vector<run_row>
    list(std::optional<std::string_view> principal, std::size_t most) = 0;

    // Every record of a run after this sequence number, in order.
    virtual std::vector<run_record> records(std::string_view id, std::int64_t after) = 0;

    // Returns its sequence number; 0 if there is no such run.
    virtual std::int64_t
    append(std::string_view id, std::string_view kind, std::string_view payload) = 0;

    // `outcome` nullopt: as it is; a new one was not delivered yet. A state that is neither queued
    // nor working gives the lease back.
    virtual void
    set_state(std::string_view id, run_state state, std::optional<std::string_view> outcome) = 0;
    virtual void set_delivered(std::string_view id) = 0;
    // Of a run that has not ended.
    virtual void request_cancel(std::string_view id) = 0;
    // The runs under this owner's lease for which that was asked.
    virtual std::vector<std::string> cancel_requests(std::string_view owner) = 0;

    // Takes the lease of a run that nobody who lives has, and clears a cancel request. False if
    // somebody has it (`owner` too: two of its callers cannot both get it), or it is not there.
    virtual bool take(std::string_view id, std::string_view owner) = 0;

    // Whether the owner's process lives. A run that is queued or working under a dead owner is
    // interrupted: find(), find_same() and list() say so.
    virtual bool lives(std::string_view owner) = 0;

    virtual void remove(std::string_view id) = 0;

    // Removes what was not touched for longer than `oldest`, and then of what ended the oldest
    // first, until all fits. Never a run that somebody who lives works on; one that could still go
    // on is only removed for its age. Returns how many.
    virtual std::size_t sweep(std::chrono::hours oldest, std::int64_t most_bytes) = 0;
};

}  // namespace agent
