#include "agent/runs/store/sqlite_run_store.hpp"

#include "agent/runs/store/run_file.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cstdint>

namespace agent {

namespace {

constexpr long long row_bytes = 512;    // of a run, beside its texts
constexpr long long record_bytes = 64;  // of a record, beside its payload

// Of runs, in the order of its table (run_file.cpp).
namespace column {
enum {
    number,
    id,
    principal,
    digest,
    state,
    title,
    created,
    updated,
    owner,
    last_owner,
    delivered,
    cancel_requested,
};
}  // namespace column

std::string_view name(run_state s)
{
    return boost::describe::enum_to_string(s, "");
}

wall_time now()
{
    return std::chrono::time_point_cast<wall_time::duration>(std::chrono::system_clock::now());
}

long long in_ms(wall_time t)
{
    return t.time_since_epoch().count();
}

wall_time at_ms(long long ms)
{
    return wall_time(wall_time::duration(ms));
}

void check_size(std::string_view text)
{
    if (text.size() > largest_text)
        throw std::length_error("more than 64 MiB cannot be kept of a run in one piece");
}

long long length_of(std::string_view text)
{
    return static_cast<long long>(text.size());
}

}  // namespace

sqlite_run_store::sqlite_run_store(std::string file, owner_lock const& owners)
    : file_(std::move(file)),
      owners_(owners),
      db_(say_failures(file_, [&] { return open_run_file(file_); }))
{
}

void sqlite_run_store::create(run_row const& row)
{
    check_size(row.request);
    check_size(row.outcome);
    auto const bytes = row_bytes + length_of(row.request) + length_of(row.outcome);
    auto const made = row.created == wall_time() ? now() : row.created;
    auto const touched = row.updated == wall_time() ? made : row.updated;
    say_failures(file_, [&] {
        {
            auto const found = db_.use("SELECT 1 FROM runs WHERE id = ?");
            found->bind(1, row.id);
            if (found->step())
                throw std::invalid_argument("there is a run of this id already");
        }
        auto const run = db_.use("INSERT INTO runs VALUES"
                                 "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) RETURNING number");
        run->bind(column::id, row.id);
        run->bind(column::principal, row.principal);
        run->bind(column::digest, row.digest);
        run->bind(column::state, name(row.state));
        run->bind(column::title, row.title);
        run->bind(column::created, in_ms(made));
        run->bind(column::updated, in_ms(touched));
        run->bind(column::owner, row.owner);
        run->bind(column::last_owner, row.owner);
        run->bind(column::delivered, static_cast<long long>(row.delivered));
        run->bind(column::cancel_requested, static_cast<long long>(row.cancel_requested));
        run->bind(12, bytes);
        run->step();
        auto const texts = db_.use("INSERT INTO texts VALUES(?, ?, ?)");
        texts->bind(1, run->integer(0));
        texts->bind_blob(2, row.request);
        texts->bind_blob(3, row.outcome);
        texts->step();
    });
    written_ += bytes;
}

run_row sqlite_run_store::read_row(sqlite_statement& row)
{
    run_row out;
    if (!boost::describe::enum_from_string(row.text(column::state).c_str(), out.state))
        throw store_error(file_ + " is damaged: move it away");
    out.id = row.text(column::id);
    out.principal = row.text(column::principal);
    out.digest = row.text(column::digest);
    out.title = row.text(column::title);
    out.created = at_ms(row.integer(column::created));
    out.updated = at_ms(row.integer(column::updated));
    out.owner = row.text(column::owner);
    out.delivered = row.integer(column::delivered) != 0;
    out.cancel_requested = row.integer(column::cancel_requested) != 0;
    bool const left = !out.owner.empty() && !owners_.lives(out.owner);
    if (left)
        out.owner.clear();
    if (out.state == run_state::working && out.owner.empty())
        out.state = run_state::interrupted;
    if (out.state == run_state::queued && left)
        out.state = run_state::interrupted;
    return out;
}

run_row sqlite_run_store::read_whole(sqlite_statement& row)
{
    auto out = read_row(row);
    auto const texts = db_.use("SELECT request, outcome FROM texts WHERE run = ?");
    texts->bind(1, row.integer(column::number));
    if (texts->step()) {
        out.request = texts->blob(0);
        out.outcome = texts->blob(1);
    }
    return out;
}

std::optional<run_row> sqlite_run_store::find(std::string_view id)
{
    return say_failures(file_, [&]() -> std::optional<run_row> {
        auto const found = db_.use("SELECT * FROM runs WHERE id = ?");
        found->bind(1, id);
        if (!found->step())
            return std::nullopt;
        return read_whole(*found);
    });
}

std::optional<run_row>
sqlite_run_store::find_same(std::string_view principal, std::string_view digest)
{
    return say_failures(file_, [&]() -> std::optional<run_row> {
        auto const found = db_.use("SELECT * FROM runs WHERE principal = ? AND digest = ?"
                                   " ORDER BY created DESC, number DESC LIMIT 1");
        found->bind(1, principal);
        found->bind(2, digest);
        if (!found->step())
            return std::nullopt;
        return read_whole(*found);
    });
}

std::vector<run_row>
sqlite_run_store::list(std::optional<std::string_view> principal, std::size_t most)
{
    return say_failures(file_, [&] {
        auto const found = db_.use("SELECT * FROM runs WHERE ?1 IS NULL OR principal = ?1"
                                   " ORDER BY created DESC, number DESC LIMIT ?2");
        if (principal)
            found->bind(1, *principal);
        else
            found->bind_null(1);
        found->bind(2, static_cast<long long>(std::min(most, std::size_t(INT32_MAX))));
        std::vector<run_row> out;
        while (found->step())
            out.push_back(read_row(*found));
        return out;
    });
}

std::vector<run_record> sqlite_run_store::records(std::string_view id, std::int64_t after)
{
    return say_failures(file_, [&] {
        auto const found = db_.use("SELECT sequence, kind, payload FROM records WHERE sequence > ?2"
                                   " AND run = (SELECT number FROM runs WHERE id = ?1)"
                                   " ORDER BY sequence");
        found->bind(1, id);
        found->bind(2, static_cast<long long>(after));
        std::vector<run_record> out;
        while (found->step()) {
            auto& record = out.emplace_back();
            record.sequence = found->integer(0);
            record.kind = found->text(1);
            record.payload = found->blob(2);
        }
        return out;
    });
}

std::int64_t
sqlite_run_store::append(std::string_view id, std::string_view kind, std::string_view payload)
{
    check_size(payload);
    auto const bytes = record_bytes + length_of(kind) + length_of(payload);
    auto const sequence = say_failures(file_, [&]() -> std::int64_t {
        auto const counted =
            db_.use("UPDATE runs SET records = records + 1, bytes = bytes + ?2, updated = ?3"
                    " WHERE id = ?1 RETURNING number, records");
        counted->bind(1, id);
        counted->bind(2, bytes);
        counted->bind(3, in_ms(now()));
        if (!counted->step())
            return 0;
        auto const insert = db_.use("INSERT INTO records VALUES(?, ?, ?, ?)");
        insert->bind(1, counted->integer(0));
        insert->bind(2, counted->integer(1));
        insert->bind(3, kind);
        insert->bind_blob(4, payload);
        insert->step();
        return counted->integer(1);
    });
    written_ += bytes;
    return sequence;
}

void sqlite_run_store::set_state(
    std::string_view id, run_state state, std::optional<std::string_view> outcome)
{
    if (outcome)
        check_size(*outcome);
    bool const keeps_lease = state == run_state::queued || state == run_state::working;
    say_failures(file_, [&] {
        if (outcome) {
            auto const replaced =
                db_.use("UPDATE runs SET delivered = 0, bytes = bytes + ?2 - (SELECT"
                        " length(outcome) FROM texts WHERE run = number) WHERE id = ?1");
            replaced->bind(1, id);
            replaced->bind(2, length_of(*outcome));
            replaced->step();
            auto const text = db_.use("UPDATE texts SET outcome = ?2"
                                      " WHERE run = (SELECT number FROM runs WHERE id = ?1)");
            text->bind(1, id);
            text->bind_blob(2, *outcome);
            text->step();
        }
        auto const changed = db_.use("UPDATE runs SET state = ?2, updated = ?3,"
                                     " owner = iif(?4, owner, '') WHERE id = ?1");
        changed->bind(1, id);
        changed->bind(2, name(state));
        changed->bind(3, in_ms(now()));
        changed->bind(4, static_cast<long long>(keeps_lease));
        changed->step();
    });
    written_ += row_bytes + (outcome ? length_of(*outcome) : 0);
}

void sqlite_run_store::set_delivered(std::string_view id)
{
    say_failures(file_, [&] {
        auto const changed = db_.use("UPDATE runs SET delivered = 1 WHERE id = ?");
        changed->bind(1, id);
        changed->step();
    });
}

void sqlite_run_store::request_cancel(std::string_view id)
{
    say_failures(file_, [&] {
        auto const changed =
            db_.use("UPDATE runs SET cancel_requested = 1"
                    " WHERE id = ? AND state NOT IN ('completed', 'failed', 'cancelled')");
        changed->bind(1, id);
        changed->step();
    });
}

std::vector<std::string> sqlite_run_store::cancel_requests(std::string_view owner)
{
    return say_failures(file_, [&] {
        auto const found = db_.use("SELECT id FROM runs WHERE cancel_requested = 1 AND owner = ?");
        found->bind(1, owner);
        std::vector<std::string> out;
        while (found->step())
            out.emplace_back(found->text(0));
        return out;
    });
}

bool sqlite_run_store::take(std::string_view id, std::string_view owner)
{
    return say_failures(file_, [&] {
        std::string had;
        {
            auto const found = db_.use("SELECT owner FROM runs WHERE id = ?");
            found->bind(1, id);
            if (!found->step())
                return false;
            had = found->text(0);
        }
        if (!had.empty() && owners_.lives(had))
            return false;
        auto const swapped =
            db_.use("UPDATE runs SET owner = ?3, last_owner = ?3, cancel_requested = 0"
                    " WHERE id = ?1 AND owner = ?2 RETURNING number");
        swapped->bind(1, id);
        swapped->bind(2, had);
        swapped->bind(3, owner);
        return swapped->step();
    });
}

bool sqlite_run_store::lives(std::string_view owner)
{
    return owners_.lives(owner);
}

}  // namespace agent
