#pragma once

// The file that runs are kept in: how it is made, opened and recognized, and how SQLite's failures
// are said. Readable by its user alone (0600); a symbolic link in its place, a file of something
// else and one of a newer version are refused untouched. In WAL mode, synced with every commit, so
// that several servers use it at once and none loses what it was told is there.

#include "agent/sqlite.hpp"

#include <chrono>
#include <string>
#include <type_traits>

namespace agent {

constexpr auto run_file_patience = std::chrono::seconds(5);  // with the lock of another server

// Makes the directory and those above it (0700) where they are not. Throws store_error.
void make_state_directory(std::string const& directory);

// ":memory:" or a file in a directory that is there. Throws store_error and sqlite_error.
sqlite_database open_run_file(std::string const& file);

// For reading what is left in one that open_run_file() could not open for writing. Throws likewise.
sqlite_database read_run_file(std::string const& file);

// As store_error; as std::bad_alloc what is no fault of the file.
[[noreturn]] void throw_store_error(sqlite_error const& error, std::string const& file);

template <class F>
std::invoke_result_t<F> say_failures(std::string const& file, F work)
{
    try {
        return work();
    } catch (sqlite_error const& e) {
        throw_store_error(e, file);
    }
}

}  // namespace agent
