#include "agent/runs/store/run_file.hpp"
#include "agent/runs/store/sqlite_run_store.hpp"

// The other half of sqlite_run_store: what goes.

namespace agent {

void sqlite_run_store::remove(std::string_view id)
{
    say_failures(file_, [&] {
        auto const found = db_.use("SELECT number FROM runs WHERE id = ?");
        found->bind(1, id);
        if (found->step())
            remove_number(found->integer(0));
    });
}

void sqlite_run_store::remove_number(long long number)
{
    for (auto const* sql :
         {"DELETE FROM records WHERE run = ?",
          "DELETE FROM texts WHERE run = ?",
          "DELETE FROM runs WHERE number = ?"}) {
        auto const removed = db_.use(sql);
        removed->bind(1, number);
        removed->step();
    }
}

std::size_t sqlite_run_store::sweep(std::chrono::hours oldest, std::int64_t most_bytes)
{
    return say_failures(file_, [&] {
        auto const too_old = std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch() - oldest)
                                 .count();
        auto bytes = db_.number("SELECT ifnull(sum(bytes), 0) FROM runs");
        std::vector<long long> leaving;
        auto const found =
            db_.use("SELECT number, owner, updated, bytes,"
                    " state IN ('completed', 'failed', 'cancelled') FROM runs ORDER BY updated");
        while (found->step()) {
            bool const old = found->integer(2) < too_old;
            if (!old && bytes <= most_bytes)
                break;
            bool const ended = found->integer(4) != 0;
            auto const whose = found->text(1);
            if ((!old && !ended) || (!whose.empty() && owners_.lives(whose)))
                continue;
            leaving.push_back(found->integer(0));
            bytes -= found->integer(3);
        }
        found->clear();
        for (auto const run : leaving)
            remove_number(run);
        return leaving.size();
    });
}

void sqlite_run_store::give_back_space()
{
    say_failures(file_, [&] {
        for (auto left = db_.number("PRAGMA freelist_count"); left > 0;) {
            db_.run("PRAGMA incremental_vacuum(1000)");
            auto const now_left = db_.number("PRAGMA freelist_count");
            if (now_left >= left)
                break;  // a file that was made without
            left = now_left;
        }
        db_.run("PRAGMA wal_checkpoint(PASSIVE)");
    });
}

}  // namespace agent
