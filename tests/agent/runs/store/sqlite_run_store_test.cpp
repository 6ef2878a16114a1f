#include "agent/runs/store/sqlite_run_store.hpp"
#include "protocol/random.hpp"
#include "state_directory.hpp"

#include <doctest/doctest.h>

namespace sqlite_run_store_test {

using namespace agent;
using test::nobody;
using test::row;

namespace {

struct stored {
    test::state_directory state;
    owner_lock self{mcp::random_hex(16), state / "owners"};
    sqlite_run_store runs{":memory:", self};
};

std::string const any_bytes("\0\xff{\"a\":\x01\n\0", 10);

}  // namespace

TEST_CASE("a run comes back as it was given, byte for byte")
{
    stored s;
    auto given = row("r1", s.self.id(), run_state::queued);
    given.principal = "ann";
    given.digest = std::string("d\0d", 3);
    given.request = any_bytes;
    given.outcome = any_bytes + "!";
    given.title = "A title";
    given.created = wall_time(std::chrono::milliseconds(1234567890123));
    given.updated = given.created + std::chrono::seconds(5);
    given.delivered = true;
    given.cancel_requested = true;
    s.runs.create(given);
    auto const found = s.runs.find("r1");
    REQUIRE(found);
    CHECK(found->principal == "ann");
    CHECK(found->digest == given.digest);
    CHECK(found->request == any_bytes);
    CHECK(found->outcome == any_bytes + "!");
    CHECK(found->title == "A title");
    CHECK(found->state == run_state::queued);
    CHECK(found->created == given.created);
    CHECK(found->updated == given.updated);
    CHECK(found->owner == s.self.id());
    CHECK(found->delivered);
    CHECK(found->cancel_requested);
    CHECK_THROWS_AS(s.runs.create(given), std::invalid_argument);
}

TEST_CASE("what was appended comes back in order, numbered from one, for each run")
{
    stored s;
    s.runs.create(row("r1"));
    s.runs.create(row("r2"));
    CHECK(s.runs.append("r1", "turn", any_bytes) == 1);
    CHECK(s.runs.append("r2", "turn", "other") == 1);
    CHECK(s.runs.append("r1", "tool", "") == 2);
    auto const all = s.runs.records("r1", 0);
    REQUIRE(all.size() == 2);
    CHECK(all[0].sequence == 1);
    CHECK(all[0].kind == "turn");
    CHECK(all[0].payload == any_bytes);
    CHECK(all[1].kind == "tool");
    CHECK(s.runs.records("r1", 1).size() == 1);
    CHECK(s.runs.records("r1", 2).empty());
}

TEST_CASE("to a run that is not there nothing is done")
{
    stored s;
    CHECK(!s.runs.find("no"));
    CHECK(!s.runs.find_same("", "no"));
    CHECK(s.runs.append("no", "turn", "x") == 0);
    CHECK(s.runs.records("no", 0).empty());
    CHECK(!s.runs.take("no", s.self.id()));
    CHECK_NOTHROW(s.runs.set_state("no", run_state::completed, "{}"));
    CHECK_NOTHROW(s.runs.set_delivered("no"));
    CHECK_NOTHROW(s.runs.request_cancel("no"));
    CHECK_NOTHROW(s.runs.remove("no"));
    CHECK(s.runs.database().number("SELECT count(*) FROM records") == 0);
}

TEST_CASE("the newest run of the same question and principal is found")
{
    stored s;
    for (int i = 1; i <= 3; ++i) {
        auto given = row("r" + std::to_string(i));
        given.principal = i == 3 ? "bob" : "ann";
        given.digest = "same";
        s.runs.create(given);
    }
    CHECK(s.runs.find_same("ann", "same")->id == "r2");
    CHECK(s.runs.find_same("bob", "same")->id == "r3");
    CHECK(s.runs.find_same("bob", "same")->request == row("").request);
    CHECK(!s.runs.find_same("", "same"));
    CHECK(!s.runs.find_same("ann", "other"));
}

TEST_CASE("runs are listed newest first, of one principal or everybody, as many as asked for")
{
    stored s;
    for (int i = 1; i <= 4; ++i) {
        auto given = row("r" + std::to_string(i), "", run_state::completed);
        given.principal = i % 2 == 0 ? "ann" : "";
        given.created = wall_time(std::chrono::milliseconds(i == 1 ? 9000 : i * 1000));
        given.outcome = "long";
        s.runs.create(given);
    }
    auto const ids = [&](std::optional<std::string_view> whose, std::size_t most) {
        std::string out;
        for (auto const& run : s.runs.list(whose, most)) {
            CHECK(run.request.empty());
            CHECK(run.outcome.empty());
            out += run.id + " ";
        }
        return out;
    };
    CHECK(ids(std::nullopt, 100) == "r1 r4 r3 r2 ");
    CHECK(ids(std::nullopt, 2) == "r1 r4 ");
    CHECK(ids("ann", SIZE_MAX) == "r4 r2 ");
    CHECK(ids("", 100) == "r1 r3 ");
    CHECK(ids(std::nullopt, 0).empty());
}

TEST_CASE("a lease is kept while a run is queued or working, and given back by any other state")
{
    stored s;
    s.runs.create(row("r", s.self.id(), run_state::queued));
    s.runs.set_state("r", run_state::working, std::nullopt);
    CHECK(s.runs.find("r")->owner == s.self.id());
    CHECK(s.runs.find("r")->state == run_state::working);
    CHECK(!s.runs.take("r", s.self.id()));
    for (auto const state :
         {run_state::waiting_for_input,
          run_state::completed,
          run_state::failed,
          run_state::cancelled,
          run_state::interrupted}) {
        s.runs.set_state("r", state, std::nullopt);
        CHECK(s.runs.find("r")->owner.empty());
        CHECK(s.runs.find("r")->state == state);
        CHECK(s.runs.take("r", s.self.id()));
        CHECK(s.runs.find("r")->owner == s.self.id());
    }
}

TEST_CASE("a new outcome was not delivered, and no outcome leaves the old one")
{
    stored s;
    s.runs.create(row("r", s.self.id()));
    s.runs.set_state("r", run_state::completed, any_bytes);
    s.runs.set_delivered("r");
    CHECK(s.runs.find("r")->delivered);
    s.runs.set_state("r", run_state::completed, std::nullopt);
    CHECK(s.runs.find("r")->outcome == any_bytes);
    CHECK(s.runs.find("r")->delivered);
    s.runs.set_state("r", run_state::completed, "");
    CHECK(s.runs.find("r")->outcome.empty());
    CHECK(!s.runs.find("r")->delivered);
}

TEST_CASE("the runs of the dead are interrupted, free to take, and taken once")
{
    stored s;
    s.runs.create(row("working", nobody));
    s.runs.create(row("queued", nobody, run_state::queued));
    s.runs.create(row("waiting", nobody, run_state::waiting_for_input));
    s.runs.create(row("path", "../../../etc/passwd"));
    CHECK(!s.runs.lives(nobody));
    CHECK(s.runs.lives(s.self.id()));
    for (auto const* id : {"working", "queued", "path"}) {
        CHECK(s.runs.find(id)->state == run_state::interrupted);
        CHECK(s.runs.find(id)->owner.empty());
    }
    CHECK(s.runs.find("waiting")->state == run_state::waiting_for_input);
    for (auto const& run : s.runs.list(std::nullopt, 10))
        CHECK(run.owner.empty());
    s.runs.request_cancel("working");
    CHECK(s.runs.find("working")->cancel_requested);
    CHECK(s.runs.take("working", s.self.id()));
    CHECK(!s.runs.take("working", s.self.id()));
    CHECK(!s.runs.find("working")->cancel_requested);
    CHECK(s.runs.find("working")->state == run_state::working);
}

TEST_CASE("an owner is told which of its runs somebody else wants cancelled")
{
    stored s;
    for (auto const* id : {"a", "b", "c"})
        s.runs.create(row(id, s.self.id()));
    CHECK(s.runs.cancel_requests(s.self.id()).empty());
    s.runs.request_cancel("b");
    CHECK(s.runs.cancel_requests(s.self.id()) == std::vector<std::string>{"b"});
    CHECK(s.runs.cancel_requests("somebody else").empty());
    s.runs.set_state("b", run_state::cancelled, std::nullopt);
    CHECK(s.runs.cancel_requests(s.self.id()).empty());
}

TEST_CASE("a run that has ended is not asked to stop")
{
    stored s;
    s.runs.create(row("r", "", run_state::completed));
    s.runs.request_cancel("r");
    CHECK(!s.runs.find("r")->cancel_requested);
}

TEST_CASE("what is too large to keep is refused, and the store goes on")
{
    stored s;
    s.runs.create(row("r"));
    std::string const huge(largest_text + 1, 'x');
    CHECK_THROWS_AS(s.runs.append("r", "turn", huge), std::length_error);
    CHECK_THROWS_AS(s.runs.set_state("r", run_state::failed, huge), std::length_error);
    CHECK(s.runs.append("r", "turn", "x") == 1);
}

TEST_CASE("a removed run leaves nothing")
{
    stored s;
    s.runs.create(row("r"));
    s.runs.append("r", "turn", "x");
    s.runs.remove("r");
    CHECK(!s.runs.find("r"));
    for (auto const* sql :
         {"SELECT count(*) FROM runs",
          "SELECT count(*) FROM texts",
          "SELECT count(*) FROM records"})
        CHECK(s.runs.database().number(sql) == 0);
}

}  // namespace sqlite_run_store_test
