#include "agent/runs/store/rescue.hpp"

#include <vector>

namespace agent {

namespace {

struct found_run {
    long long number;
    long long bytes;
};

std::vector<found_run> runs_of(sqlite_database& from, std::string const& self)
{
    std::vector<found_run> out;
    try {
        auto const run = from.use("SELECT number, bytes FROM runs ORDER BY last_owner = ? DESC, "
                                  "created DESC, number DESC");
        run->bind(1, self);
        while (run->step())
            out.push_back(found_run{run->integer(0), run->integer(1)});
    } catch (sqlite_error const&) {
    }
    return out;
}

// Whether there is a next row; a damaged one is the end.
bool next(sqlite_statement& rows)
{
    try {
        return rows.step();
    } catch (sqlite_error const&) {
        return false;
    }
}

long long copy(
    sqlite_database& from,
    sqlite_database& to,
    char const* select,
    char const* insert,
    long long run)
{
    auto const rows = from.use(select);
    auto const copied = to.use(insert);
    rows->bind(1, run);
    long long count = 0;
    for (; next(*rows); ++count) {
        for (int column = 0; column < rows->columns(); ++column)
            copied->bind_from(column + 1, *rows, column);
        copied->step();
        copied->reset();
    }
    return count;
}

bool copy_run(sqlite_database& from, sqlite_database& to, long long run)
try {
    if (copy(
            from,
            to,
            "SELECT * FROM runs WHERE number = ?",
            "INSERT INTO runs VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            run) == 0)
        return false;
    if (copy(
            from,
            to,
            "SELECT * FROM texts WHERE run = ?",
            "INSERT INTO texts VALUES(?, ?, ?)",
            run) == 0)
        return false;
    copy(
        from,
        to,
        "SELECT * FROM records WHERE run = ? ORDER BY sequence",
        "INSERT INTO records VALUES(?, ?, ?, ?)",
        run);
    auto const counted = to.use("UPDATE runs SET records ="
                                " (SELECT ifnull(max(sequence), 0) FROM records WHERE run = ?1)"
                                " WHERE number = ?1");
    counted->bind(1, run);
    counted->step();
    return true;
} catch (sqlite_error const&) {
    return false;  // damaged so that its values are none that its columns can have
}

}  // namespace

std::size_t
rescue(sqlite_database& from, sqlite_database& to, std::string const& self, std::int64_t most_bytes)
{
    std::size_t count = 0;
    std::int64_t bytes = 0;
    sqlite_transaction all(to);
    for (auto const& run : runs_of(from, self)) {
        if (bytes + run.bytes > most_bytes)
            continue;
        sqlite_savepoint one(to);
        if (copy_run(from, to, run.number)) {
            one.release();
            bytes += run.bytes;
            ++count;
        }
    }
    all.commit();
    return count;
}

}  // namespace agent
