#include "agent/sqlite.hpp"
#include "tests/agent/runs/store/state_directory.hpp"

#include <doctest/doctest.h>

namespace sqlite_test {

using namespace agent;
using test::state_directory;

namespace {

sqlite_database in_memory()
{
    return {":memory:", sqlite_database::mode::create};
}

}  // namespace

TEST_CASE("SQLite keeps any bytes, as text and as a blob, and tells nothing from empty")
{
    auto db = in_memory();
    db.run("CREATE TABLE t(a TEXT, b BLOB, c TEXT, d BLOB, e BLOB)");
    std::string const bytes("\0\xff\xfe'\"\0x", 7);
    {
        sqlite_statement insert(db, "INSERT INTO t VALUES(?, ?, ?, ?, ?)");
        insert.bind(1, bytes);
        insert.bind_blob(2, bytes);
        insert.bind(3, std::string_view());
        insert.bind_blob(4, std::string_view());
        insert.bind_null(5);
        insert.step();
    }
    auto const row = db.use("SELECT a, b, c, d, e FROM t");
    REQUIRE(row->step());
    CHECK(row->text(0) == bytes);
    CHECK(row->blob(1) == bytes);
    CHECK(row->text(2).empty());
    CHECK(db.number("SELECT count(*) FROM t WHERE c = '' AND d = x'' AND e IS NULL") == 1);
    CHECK(row->blob(4).empty());
}

TEST_CASE("a statement that SQLite keeps comes back without its last values and rows")
{
    auto db = in_memory();
    db.run("CREATE TABLE t(a)");
    char const* const insert = "INSERT INTO t VALUES(?)";
    {
        auto const first = db.use(insert);
        first->bind(1, 7LL);
        first->step();
    }
    db.use(std::string(insert))->step();
    CHECK(db.number("SELECT count(*) FROM t WHERE a IS NULL") == 1);
    {
        auto const rows = db.use("SELECT a FROM t");
        rows->step();
    }
    CHECK(db.use("SELECT a FROM t")->columns() == 1);
    CHECK_NOTHROW(db.run("DROP TABLE t"));  // refused while a statement is in its middle
}

TEST_CASE("what a SQLite transaction did is undone unless it is committed")
{
    auto db = in_memory();
    db.run("CREATE TABLE t(a)");
    {
        sqlite_transaction undone(db);
        db.run("INSERT INTO t VALUES(1)");
    }
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    {
        sqlite_transaction kept(db);
        db.run("INSERT INTO t VALUES(2)");
        {
            sqlite_savepoint undone(db);
            db.run("INSERT INTO t VALUES(3)");
        }
        {
            sqlite_savepoint kept_too(db);
            db.run("INSERT INTO t VALUES(4)");
            kept_too.release();
        }
        kept.commit();
    }
    CHECK(!db.in_transaction());
    CHECK(db.number("SELECT group_concat(a) = '2,4' FROM t") == 1);
}

TEST_CASE("SQLite follows a link to a directory, and none to a file")
{
    state_directory const directory;
    std::filesystem::create_directory(directory / "real");
    std::filesystem::create_directory_symlink(directory / "real", directory / "linked");
    sqlite_database(directory / "linked/a.sqlite", sqlite_database::mode::create)
        .run("CREATE TABLE t(a)");
    CHECK(std::filesystem::exists(directory / "real/a.sqlite"));
    std::filesystem::create_symlink(directory / "real/a.sqlite", directory / "b.sqlite");
    CHECK_THROWS_AS(
        sqlite_database(directory / "b.sqlite", sqlite_database::mode::create), sqlite_error);
}

TEST_CASE("SQLite reads what nobody changes without a file beside it, whatever its name")
{
    state_directory const directory;
    auto const file = directory / "a?b#c%20d.sqlite";
    {
        sqlite_database db(file, sqlite_database::mode::create);
        db.run("PRAGMA journal_mode = WAL");
        db.run("CREATE TABLE t(a)");
    }
    sqlite_database db(file, sqlite_database::mode::unchanging);
    CHECK(db.number("SELECT count(*) FROM sqlite_schema") == 1);
    CHECK(db.number("SELECT a FROM t") == -1);
    CHECK(!std::filesystem::exists(file + "-shm"));
    CHECK_THROWS_AS(db.run("DELETE FROM t"), sqlite_error);
}

}  // namespace sqlite_test
