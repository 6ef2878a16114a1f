#include "agent/runs/store/run_file.hpp"
#include "agent/runs/store/run_store.hpp"
#include "state_directory.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>
#include <vector>

namespace run_file_test {

using namespace agent;
using test::permissions;
using test::state_directory;

namespace fs = std::filesystem;

namespace {

std::string why(std::string const& file)
{
    try {
        open_run_file(file);
    } catch (store_error const& e) {
        return e.what();
    }
    return "opened";
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the file of runs and its companions are for their user alone, and synced")
{
    state_directory const state;
    auto const file = state / "runs.sqlite";
    auto const old = ::umask(0);
    auto db = open_run_file(file);
    db.run("INSERT INTO texts VALUES(1, x'', x'')");
    ::umask(old);
    CHECK(permissions(file) == 0600);
    CHECK(permissions(file + "-wal") == 0600);
    CHECK(permissions(file + "-shm") == 0600);
    CHECK(db.number("PRAGMA synchronous") == 2);
    CHECK(db.number("PRAGMA auto_vacuum") == 2);
    sqlite_statement mode(db, "PRAGMA journal_mode");
    mode.step();
    CHECK(mode.text(0) == "wal");
}

TEST_CASE("a file of runs that others can read is closed to them")
{
    state_directory const state;
    auto const file = state / "runs.sqlite";
    open_run_file(file);
    ::chmod(file.c_str(), 0644);
    open_run_file(file);
    CHECK(permissions(file) == 0600);
}

TEST_CASE("the state directory is made with those above it, for its user alone")
{
    state_directory const state;
    make_state_directory(state / "a/b");
    CHECK(permissions(state / "a") == 0700);
    CHECK(permissions(state / "a/b") == 0700);
    CHECK_NOTHROW(make_state_directory(state / "a/b"));
    std::ofstream(state / "file") << "x";
    CHECK_THROWS_AS(make_state_directory(state / "file"), store_error);
    CHECK_THROWS_AS(make_state_directory(state / "file/below"), store_error);
}

TEST_CASE("what is not a file of runs is refused and left as it is")
{
    state_directory const state;
    auto const file = state / "runs.sqlite";
    SUBCASE("a symbolic link")
    {
        open_run_file(state / "real.sqlite");
        fs::create_symlink(state / "real.sqlite", file);
        CHECK(has(why(file), "is not a regular file"));
    }
    SUBCASE("a symbolic link to nothing")
    {
        fs::create_symlink(state / "nothing", file);
        CHECK(has(why(file), "is not a regular file"));
        CHECK(!fs::exists(state / "nothing"));
    }
    SUBCASE("a directory")
    {
        fs::create_directory(file);
        CHECK(has(why(file), "is not a regular file"));
    }
    SUBCASE("the database of another program")
    {
        sqlite_database(file, sqlite_database::mode::create).run("CREATE TABLE precious(a)");
        CHECK(has(why(file), "of another program"));
        sqlite_database db(file, sqlite_database::mode::read_only);
        CHECK(db.number("SELECT count(*) FROM sqlite_schema") == 1);
        CHECK(db.number("PRAGMA auto_vacuum") == 0);
        CHECK(!fs::exists(file + "-wal"));
    }
    SUBCASE("one of a newer version")
    {
        open_run_file(file).run("PRAGMA user_version = 2");
        CHECK(has(why(file), "newer version"));
    }
    SUBCASE("one to which somebody added a trigger")
    {
        open_run_file(file).run("CREATE TRIGGER evil AFTER INSERT ON runs BEGIN"
                                " DELETE FROM records; END");
        CHECK(has(why(file), "tables or triggers that it should not"));
    }
    SUBCASE("one whose tables are others")
    {
        open_run_file(file).run("ALTER TABLE records ADD COLUMN extra TEXT");
        CHECK(has(why(file), "other tables than it should"));
    }
    CHECK(why(file) != "opened");
}

TEST_CASE("many who make the same file of runs at once all get it")
{
    for (int round = 0; round < 10; ++round) {
        state_directory const state;
        auto const file = state / "runs.sqlite";
        std::atomic<int> opened{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 6; ++i)
            threads.emplace_back([&] {
                try {
                    auto db = open_run_file(file);
                    opened += db.number("SELECT count(*) FROM runs") == 0 ? 1 : 0;
                } catch (std::exception const& e) {
                    MESSAGE(std::string(e.what()));
                }
            });
        for (auto& thread : threads)
            thread.join();
        CHECK(opened == 6);
    }
}

}  // namespace run_file_test
