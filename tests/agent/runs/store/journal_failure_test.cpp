// A journal whose store fails: it goes on in memory, says why, and loses nothing that can be read.

#include "agent/runs/store/journal.hpp"
#include "agent/runs/store/run_file.hpp"
#include "agent/runs/store/sqlite_run_store.hpp"
#include "state_directory.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace journal_failure_test {

namespace asio = boost::asio;
using namespace agent;
using asio::awaitable;
using test::row;
using test::state_directory;

namespace {

struct failing {
    state_directory state;
    std::vector<std::string> said;
    mcp::logger log{mcp::LoggingLevel::info, [this](mcp::LoggingLevel, std::string_view text) {
                        said.emplace_back(text);
                    }};

    std::string file() const { return state / "runs.sqlite"; }
    bool problem_is(journal const& j, std::string_view part) const
    {
        INFO(j.problem());
        return j.problem().find(part) != std::string::npos && said.size() == 1 &&
               said[0] == j.problem();
    }
};

awaitable<void> run_with(journal& j, std::string id, int records)
{
    auto const given = row(id, j.self());
    co_await j.with([&](run_store& s) {
        s.create(given);
        for (int i = 0; i < records; ++i)
            s.append(id, "turn", std::to_string(i) + std::string(5000, 'x'));
    });
}

awaitable<std::int64_t> append(journal& j, std::string id, std::string payload = "more")
{
    co_return co_await j.with([&](run_store& s) { return s.append(id, "turn", payload); });
}

awaitable<std::size_t> count(journal& j, std::string id)
{
    co_return co_await j.with([&](run_store& s) { return s.records(id, 0).size(); });
}

awaitable<void> on_database(journal& j, std::string sql)
{
    co_await j.with(
        [&](run_store& s) { dynamic_cast<sqlite_run_store&>(s).database().run(sql.c_str()); });
}

// That it works at all, though only in memory.
awaitable<void> works(journal& j)
{
    co_await run_with(j, "new", 2);
    CHECK(co_await append(j, "new") == 3);
    CHECK(co_await count(j, "new") == 3);
}

void damage(std::string const& file, std::streamoff from, std::streamoff size)
{
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(from);
    f << std::string(static_cast<std::size_t>(size), '\xee');
}

// What `work` returns in a process of its own; 70 if it throws.
template <class F>
int in_child(F work)
{
    auto const child = ::fork();
    if (child == 0) {
        int code = 70;
        try {
            code = work();
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        ::_exit(code);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A file system of 1 MiB, that this process alone sees. It takes no privileges where users may have
// name spaces.
bool mount_small(std::string const& where)
{
    auto const user = "0 " + std::to_string(::geteuid()) + " 1";
    auto const group = "0 " + std::to_string(::getegid()) + " 1";
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << user;
    std::ofstream("/proc/self/gid_map") << group;
    return ::mount("none", where.c_str(), "tmpfs", 0, "size=1m") == 0;
}

}  // namespace

TEST_CASE("when the disk is full the run that works goes on in memory with all its records")
{
    failing f;
    journal other(f.state.path());
    journal j(f.state.path(), {}, f.log);
    test::run([&]() -> awaitable<void> {
        co_await run_with(other, "earlier", 2);
        co_await run_with(j, "mine", 3);
        co_await on_database(j, "PRAGMA max_page_count = 1");  // no more than it has
        std::vector<awaitable<std::int64_t>> all;
        for (int i = 0; i < 20; ++i)
            all.push_back(append(j, "mine", std::string(50'000, 'x')));
        auto const numbers = co_await mcp::when_all(std::move(all));
        CHECK(numbers.front() == 4);
        CHECK(numbers.back() == 23);
        CHECK(co_await count(j, "mine") == 23);
        CHECK(co_await count(j, "earlier") == 2);
        auto const others = co_await j.with([](run_store& s) { return s.find("earlier"); });
        REQUIRE(others);
        CHECK(others->state == run_state::working);
        CHECK(others->owner == other.self());
        CHECK(!co_await j.with([&](run_store& s) { return s.take("earlier", j.self()); }));
        // Nobody else takes what goes on here.
        auto const seen = co_await other.with([](run_store& s) { return s.find("mine"); });
        CHECK(seen->owner == j.self());
        CHECK(co_await count(other, "mine") == 3);
        CHECK(f.problem_is(j, "is full: free some space"));
        CHECK(other.problem().empty());
    }());
}

TEST_CASE("what was done in the transaction that failed is done once in memory")
{
    failing f;
    journal j(f.state.path(), {}, f.log);
    test::run([&]() -> awaitable<void> {
        co_await run_with(j, "mine", 1);
        co_await on_database(j, "PRAGMA query_only = ON");
        CHECK(co_await append(j, "mine") == 2);
        CHECK(co_await append(j, "mine") == 3);
        auto const throwing = [](run_store& s) {
            s.append("mine", "turn", "undone");
            throw std::out_of_range("mine");
        };
        CHECK_THROWS_AS(co_await j.with(throwing), std::out_of_range);
        CHECK(co_await count(j, "mine") == 3);
        CHECK(f.problem_is(j, "cannot be written: see that"));
    }());
}

TEST_CASE("a lock that another program keeps sends the journal to memory")
{
    failing f;
    journal j(f.state.path(), {}, f.log);
    test::run([&]() -> awaitable<void> {
        co_await run_with(j, "mine", 1);
        co_await on_database(j, "PRAGMA busy_timeout = 20");
        sqlite_database other(f.file(), sqlite_database::mode::create);
        sqlite_transaction const held(other);
        CHECK(co_await append(j, "mine") == 2);
        CHECK(f.problem_is(j, "was locked by another program for too long"));
    }());
}

TEST_CASE("a journal in the place of whose directory is a file works in memory")
{
    failing f;
    std::ofstream(f.state / "file") << "precious";
    journal j(f.state / "file", {}, f.log);
    test::run(works(j));
    CHECK(f.problem_is(j, "is not a directory: move it away, and start this server again."));
    CHECK(std::filesystem::file_size(f.state / "file") == 8);
}

TEST_CASE("a journal whose file is not one of runs works in memory, and leaves the file alone")
{
    failing f;
    std::string why;
    SUBCASE("a damaged header")
    {
        test::run([](failing& of) -> awaitable<void> {
            journal j(of.state.path());
            co_await run_with(j, "mine", 3);
        }(f));
        damage(f.file(), 0, 100);
        why = "is damaged: move it away";
    }
    SUBCASE("no database at all")
    {
        std::ofstream(f.file()) << "not SQLite, but long enough to be looked at. "
                                << std::string(5000, '.');
        why = "is damaged: move it away";
    }
    SUBCASE("a newer version")
    {
        open_run_file(f.file()).run("PRAGMA user_version = 9");
        why = "newer version of this program: use that version";
    }
    SUBCASE("another program's")
    {
        sqlite_database(f.file(), sqlite_database::mode::create).run("CREATE TABLE precious(a)");
        why = "another program: move it away";
    }
    SUBCASE("a symbolic link")
    {
        open_run_file(f.state / "real.sqlite");
        std::filesystem::create_symlink(f.state / "real.sqlite", f.file());
        why = "is not a regular file: move it away";
    }
    SUBCASE("the owners' directory is a file")
    {
        std::ofstream(f.state / "owners") << "x";
        why = "no lock can be held in";
    }
    auto const before =
        std::filesystem::exists(f.file()) ? std::filesystem::file_size(f.file()) : 0;
    journal j(f.state.path(), {}, f.log);
    test::run(works(j));
    CHECK(f.problem_is(j, why));
    auto const after = std::filesystem::exists(f.file()) ? std::filesystem::file_size(f.file()) : 0;
    CHECK(before == after);
}

TEST_CASE("a journal that cannot lock keeps earlier runs to be read, and takes none")
{
    failing f;
    test::run([](failing& of) -> awaitable<void> {
        journal j(of.state.path());
        co_await run_with(j, "earlier", 3);
    }(f));
    std::filesystem::remove_all(f.state / "owners");
    std::ofstream(f.state / "owners") << "x";
    journal j(f.state.path(), {}, f.log);
    test::run([&]() -> awaitable<void> {
        CHECK(co_await count(j, "earlier") == 3);
        CHECK(!co_await j.with([&](run_store& s) { return s.take("earlier", j.self()); }));
        CHECK(f.problem_is(j, "no lock can be held in"));
        co_await works(j);
    }());
}

TEST_CASE("of a file that is damaged in its middle, what can be read goes on in memory")
{
    failing f;
    test::run([](failing& of) -> awaitable<void> {
        journal j(of.state.path());
        for (int i = 0; i < 20; ++i)
            co_await run_with(j, "r" + std::to_string(i), 10);
    }(f));
    auto const size = static_cast<std::streamoff>(std::filesystem::file_size(f.file()));
    damage(f.file(), size / 2 / 4096 * 4096, 5 * 4096);
    journal j(f.state.path(), {}, f.log);
    test::run([&]() -> awaitable<void> {
        std::size_t whole = 0;
        for (int i = 0; i < 20; ++i)
            whole += static_cast<std::size_t>(co_await count(j, "r" + std::to_string(i)) == 10);
        CHECK(f.problem_is(j, "is damaged: move it away"));
        CHECK(whole >= 15);
        CHECK(whole < 20);
        co_await works(j);
    }());
}

TEST_CASE("on a file system that is full, runs go on and earlier ones can be read")
{
    state_directory const state;
    auto const code = in_child([&] {
        if (!mount_small(state.path()))
            return 77;
        auto const directory = state / "journal";
        int result = 0;
        auto const check = [&](bool right, int number) { result += right ? 0 : number; };
        {
            journal j(directory);
            test::run(run_with(j, "earlier", 10));
        }
        std::ofstream(state / "fill") << std::string(2 << 20, 'x');
        {
            journal j(directory);
            test::run([&]() -> awaitable<void> {
                check(co_await count(j, "earlier") == 10, 1);
                co_await run_with(j, "mine", 30);
                check(co_await count(j, "mine") == 30, 2);
            }());
            check(j.problem().find("is full: free some space") != std::string::npos, 4);
        }
        std::filesystem::remove(state / "fill");
        journal j(directory);
        test::run([&]() -> awaitable<void> {
            check(co_await count(j, "earlier") == 10, 8);
            std::int64_t last = 0;
            for (int i = 0; i < 60; ++i)
                last = co_await append(j, "earlier", std::string(20'000, 'x'));
            check(last == 70, 16);
            check(co_await count(j, "earlier") == 70, 32);
        }());
        check(j.problem().find("is full: free some space") != std::string::npos, 64);
        return result;
    });
    if (code == 77)
        MESSAGE("not tried: no file system can be mounted here");
    else
        CHECK(code == 0);
}

TEST_CASE("a file that grows no further, as at a limit of the disk, loses no run of its process")
{
    state_directory const state;
    auto const code = in_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        journal j(state.path());
        bool right = false;
        test::run([&]() -> awaitable<void> {
            co_await run_with(j, "mine", 0);
            rlimit const small{300'000, 300'000};
            ::setrlimit(RLIMIT_FSIZE, &small);
            std::int64_t last = 0;
            for (int i = 0; i < 40; ++i)
                last = co_await append(j, "mine", std::string(20'000, 'x'));
            right = last == 40 && co_await count(j, "mine") == 40;
        }());
        return right && !j.problem().empty() ? 0 : 1;
    });
    CHECK(code == 0);
    // What was durable before is there, whole, and free.
    journal j(state.path());
    test::run([&]() -> awaitable<void> {
        auto const kept = co_await count(j, "mine");
        CHECK(kept > 3);
        CHECK(kept < 40);
        CHECK(co_await append(j, "mine") == static_cast<std::int64_t>(kept) + 1);
        CHECK(co_await j.with([&](run_store& s) { return s.take("mine", j.self()); }));
    }());
    CHECK(j.problem().empty());
}

}  // namespace journal_failure_test
