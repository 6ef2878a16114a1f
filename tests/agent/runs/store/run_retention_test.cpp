#include "agent/runs/store/sqlite_run_store.hpp"
#include "protocol/random.hpp"
#include "state_directory.hpp"

#include <doctest/doctest.h>

namespace run_retention_test {

using namespace agent;
using namespace std::chrono_literals;
using test::nobody;
using test::row;
using test::state_directory;

namespace {

constexpr std::int64_t no_limit = INT64_MAX;

struct stored {
    test::state_directory state;
    owner_lock self{mcp::random_hex(16), state / "owners"};
    sqlite_run_store runs{":memory:", self};

    void add(std::string id, run_state state, std::chrono::hours ago, std::string owner = "")
    {
        auto given = row(std::move(id), std::move(owner), state);
        given.created = std::chrono::time_point_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now()) -
                        ago;
        given.request = std::string(10'000, 'x');
        runs.create(given);
    }
    std::string left()
    {
        std::string out;
        for (auto const& run : runs.list(std::nullopt, 100))
            out += run.id + " ";
        return out;
    }
};

}  // namespace

TEST_CASE("what is older than the limit goes, but never from under one who works on it")
{
    stored s;
    s.add("ended", run_state::completed, 100h);
    s.add("left", run_state::working, 99h, nobody);
    s.add("waiting", run_state::waiting_for_input, 98h);
    s.add("worked", run_state::working, 97h, s.self.id());
    s.add("new", run_state::completed, 1h);
    CHECK(s.runs.sweep(48h, no_limit) == 3);
    CHECK(s.left() == "new worked ");
    CHECK(s.runs.sweep(48h, no_limit) == 0);
}

TEST_CASE("when there is too much, what ended first goes first, and what can go on stays")
{
    stored s;
    s.add("interrupted", run_state::interrupted, 9h);
    s.add("a", run_state::completed, 8h);
    s.add("left", run_state::working, 7h, nobody);
    s.add("b", run_state::failed, 6h);
    s.add("waiting", run_state::waiting_for_input, 5h);
    s.add("c", run_state::cancelled, 4h);
    s.add("d", run_state::completed, 3h);
    CHECK(s.runs.sweep(48h, 60'000) == 2);
    CHECK(s.left() == "d c waiting left interrupted ");
    CHECK(s.runs.sweep(48h, 1) == 2);
    CHECK(s.left() == "waiting left interrupted ");
}

TEST_CASE("records and outcomes count as what they are when there is too much")
{
    stored s;
    s.add("large", run_state::completed, 1h);
    s.runs.append("large", "turn", std::string(1'000'000, 'x'));
    s.runs.set_state("large", run_state::completed, std::string(500'000, 'x'));
    s.runs.set_state("large", run_state::completed, std::string(400'000, 'x'));
    auto const bytes = s.runs.database().number("SELECT bytes FROM runs");
    CHECK(bytes > 1'410'000);
    CHECK(bytes < 1'412'000);
    CHECK(s.runs.written() > 1'900'000);
}

TEST_CASE("the space of what was swept goes back to the file system")
{
    state_directory const state;
    owner_lock const self(mcp::random_hex(16));
    auto const file = state / "runs.sqlite";
    sqlite_run_store runs(file, self);
    for (int i = 0; i < 40; ++i) {
        auto const id = "r" + std::to_string(i);
        runs.create(row(id, "", run_state::completed));
        runs.append(id, "turn", std::string(200'000, 'x'));
    }
    runs.database().run("PRAGMA wal_checkpoint(TRUNCATE)");
    auto const before = std::filesystem::file_size(file);
    REQUIRE(before > 8'000'000);
    CHECK(runs.sweep(48h, 1'000'000) >= 34);
    runs.give_back_space();
    CHECK(runs.database().number("PRAGMA freelist_count") == 0);
    CHECK(std::filesystem::file_size(file) < 2'000'000);
    CHECK(!runs.list(std::nullopt, 100).empty());
}

}  // namespace run_retention_test
