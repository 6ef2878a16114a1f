#pragma once

// Runs in SQLite: a file that several servers use at once, or memory. What a caller gave comes back
// byte for byte. Who drives it opens the transactions (sqlite_transaction on database()); without
// one, what takes several statements is not done as one.

#include "agent/runs/store/owner_lock.hpp"
#include "agent/runs/store/run_store.hpp"
#include "agent/sqlite.hpp"

namespace agent {

class sqlite_run_store final : public run_store {
public:
    // ":memory:", or a file in a directory that is there. `owners` outlives the store.
    sqlite_run_store(std::string file, owner_lock const& owners);

    void create(run_row const& row) override;
    std::optional<run_row> find(std::string_view id) override;
    std::optional<run_row> find_same(std::string_view principal, std::string_view digest) override;
    std::vector<run_row> list(std::optional<std::string_view> principal, std::size_t most) override;
    std::vector<run_record> records(std::string_view id, std::int64_t after) override;
    std::int64_t
    append(std::string_view id, std::string_view kind, std::string_view payload) override;
    void set_state(
        std::string_view id, run_state state, std::optional<std::string_view> outcome) override;
    void set_delivered(std::string_view id) override;
    void request_cancel(std::string_view id) override;
    std::vector<std::string> cancel_requests(std::string_view owner) override;
    bool take(std::string_view id, std::string_view owner) override;
    bool lives(std::string_view owner) override;
    void remove(std::string_view id) override;
    std::size_t sweep(std::chrono::hours oldest, std::int64_t most_bytes) override;

    // Gives the pages that a sweep has freed back to the file system, a few at a time, so that
    // other servers can write between. Outside of a transaction.
    void give_back_space();

    // How much was written to it since it was opened, roughly.
    std::int64_t written() const { return written_; }

    sqlite_database& database() { return db_; }
    std::string const& file() const { return file_; }

private:
    run_row read_row(sqlite_statement& row);
    run_row read_whole(sqlite_statement& row);
    void remove_number(long long number);

    std::string file_;
    owner_lock const& owners_;
    sqlite_database db_;
    std::int64_t written_ = 0;
};

}  // namespace agent
