#include "agent/project/staged_edits.hpp"
#include "protocol/sha256.hpp"
#include "temporary_project.hpp"

#include <doctest/doctest.h>

namespace staged_edits_test {

using agent::change_kind;
using agent::file_errc;
using agent::staged_edits;
using agent::staging_limits;
using mcp::sha256_hex;
using test::temporary_project;

TEST_CASE("what is written is read back, listed, and never reaches the disk")
{
    temporary_project const project;
    project.write("lib/db.ts", "old\n");
    staged_edits edits(project.root());
    CHECK(*edits.write("app/api/new/route.ts", "export {}\n") == change_kind::created);
    CHECK(*edits.write("./lib//db.ts", "new\n") == change_kind::modified);
    CHECK(*edits.read("lib/db.ts") == "new\n");
    CHECK(*edits.read("app/api/new/route.ts") == "export {}\n");
    auto const changes = edits.changes();
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].path == "app/api/new/route.ts");
    CHECK(changes[0].base_sha256.empty());
    CHECK(changes[1].path == "lib/db.ts");
    CHECK(changes[1].text == "new\n");
    CHECK(changes[1].base_sha256 == sha256_hex("old\n"));
    auto const listed = edits.walk();
    CHECK(listed->entries.front().path == "app/api/new/route.ts");
    CHECK(*project.root().read("lib/db.ts") == "old\n");
    CHECK(!std::filesystem::exists(project.path() / "app"));
}

TEST_CASE("the hash is SHA-256 as sha256sum prints it")
{
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("changes that cancel each other out are no changes")
{
    temporary_project const project;
    project.write("a.ts", "a\n");
    staged_edits edits(project.root());
    REQUIRE(edits.write("new.ts", "x").has_value());
    REQUIRE(edits.remove("new.ts").has_value());
    REQUIRE(edits.write("a.ts", "b\n").has_value());
    REQUIRE(edits.write("a.ts", "a\n").has_value());
    CHECK(edits.changes().empty());
    REQUIRE(edits.remove("a.ts").has_value());
    CHECK(edits.changes().at(0).kind == change_kind::deleted);
    CHECK(edits.read("a.ts").error().kind == file_errc::not_found);
    CHECK(edits.walk()->entries.empty());
    CHECK(edits.remove("a.ts").error().message.find("already") != std::string::npos);
    REQUIRE(edits.write("a.ts", "again").has_value());
    CHECK(edits.changes().at(0).kind == change_kind::modified);
    CHECK(edits.remove("never.ts").error().kind == file_errc::not_found);
}

TEST_CASE("an edit replaces the one place that it quotes")
{
    temporary_project const project;
    project.write("a.ts", "one\ntwo\nthree\ntwo and a half\n");
    staged_edits edits(project.root());
    auto const report = edits.edit("a.ts", "three", "3");
    CHECK(report->line == 3);
    CHECK(report->replaced == 1);
    CHECK(*edits.read("a.ts") == "one\ntwo\n3\ntwo and a half\n");
    auto const all = edits.edit("a.ts", "two", "2", true);
    CHECK(all->replaced == 2);
    CHECK(*edits.read("a.ts") == "one\n2\n3\n2 and a half\n");
    CHECK(edits.edit("a.ts", "3\n", "").has_value());
    CHECK(*edits.read("a.ts") == "one\n2\n2 and a half\n");
}

TEST_CASE("an edit that matches nothing or too much explains itself")
{
    temporary_project const project;
    project.write(
        "a.ts",
        "import { z } from 'zod'\n\nexport async function GET() {\n    return "
        "Response.json(1)\n}\nx\nx\nx\n");
    staged_edits edits(project.root());
    auto const twice = edits.edit("a.ts", "x\n", "y\n").error();
    CHECK(twice.kind == file_errc::no_match);
    CHECK(twice.message.find("occurs 3 times in a.ts (lines 6, 7, 8)") != std::string::npos);
    auto const near = edits.edit("a.ts", "export async function Get() {", "").error();
    CHECK(near.message.find("     3\texport async function GET() {") != std::string::npos);
    auto const blanks =
        edits.edit("a.ts", "export async function GET() {\n\treturn Response.json(1)", "").error();
    CHECK(blanks.message.find("other white space") != std::string::npos);
    auto const none = edits.edit("a.ts", "completely unrelated %%%", "").error();
    CHECK(none.message.find("read the file again") != std::string::npos);
    CHECK(edits.edit("a.ts", "", "y").error().message.find("empty") != std::string::npos);
    CHECK(edits.edit("a.ts", "x", "x").error().message.find("the same") != std::string::npos);
    CHECK(edits.edit("b.ts", "x", "y").error().kind == file_errc::not_found);
    CHECK(edits.changes().empty());
}

TEST_CASE("a file with CRLF line ends is edited by text that has none, and keeps them")
{
    temporary_project const project;
    project.write("a.ts", "one\r\ntwo\r\nthree\r\n");
    staged_edits edits(project.root());
    CHECK(edits.edit("a.ts", "one\ntwo", "1\n2").has_value());
    CHECK(*edits.read("a.ts") == "1\r\n2\r\nthree\r\n");
}

TEST_CASE("what may not be opened may not be staged either")
{
    temporary_project const project;
    project.write("file.ts", "x");
    project.link("..", "up");
    std::filesystem::create_directories(project.path() / "folder");
    staged_edits edits(project.root());
    CHECK(edits.write(".env", "A=1").error().kind == file_errc::denied);
    CHECK(edits.write("node_modules/x/index.js", "").error().kind == file_errc::denied);
    CHECK(edits.write(".git/hooks/pre-commit", "").error().kind == file_errc::denied);
    CHECK(edits.write("../x", "").error().kind == file_errc::bad_name);
    CHECK(edits.write("up/x", "").error().kind == file_errc::outside);
    CHECK(edits.write("folder", "").error().kind == file_errc::not_regular);
    CHECK(edits.write("file.ts/x", "").error().kind == file_errc::bad_name);
    CHECK(edits.write("", "").error().kind == file_errc::bad_name);
    CHECK(edits.write("x.ts", "\xff").error().kind == file_errc::binary);
    CHECK(edits.write("x.ts", std::string("a\0b", 3)).error().kind == file_errc::binary);
    CHECK(edits.remove(".env").error().kind == file_errc::denied);
    REQUIRE(edits.write("new/x.ts", "1").has_value());
    CHECK(edits.write("new", "1").error().kind == file_errc::not_regular);
    CHECK(edits.write("new/x.ts/y.ts", "1").error().kind == file_errc::bad_name);
    CHECK(edits.changes().size() == 1);
}

TEST_CASE("staging is limited in files, bytes and the size of a file")
{
    temporary_project const project;
    staging_limits limits;
    limits.files = 3;
    limits.bytes = 100;
    limits.file_bytes = 60;
    staged_edits edits(project.root(), limits);
    CHECK(edits.write("big.ts", std::string(61, 'x')).error().kind == file_errc::too_large);
    CHECK(edits.write("a.ts", std::string(60, 'x')).has_value());
    CHECK(edits.write("b.ts", std::string(41, 'x')).error().kind == file_errc::limit);
    CHECK(edits.write("a.ts", std::string(10, 'x')).has_value());
    CHECK(edits.write("b.ts", "b").has_value());
    CHECK(edits.write("c.ts", "c").has_value());
    CHECK(edits.write("d.ts", "d").error().kind == file_errc::limit);
    CHECK(edits.write("c.ts", "cc").has_value());
    CHECK(edits.edit("b.ts", "b", std::string(200, 'b')).error().kind != file_errc::none);
}

TEST_CASE("journaled changes are taken over, and the same names are refused")
{
    temporary_project const project;
    project.write("a.ts", "a");
    staged_edits first(project.root());
    REQUIRE(first.write("a.ts", "b").has_value());
    REQUIRE(first.write("n.ts", "n").has_value());
    staged_edits second(project.root());
    CHECK(!first.at("other.ts"));
    for (auto const* name : {"a.ts", "./n.ts"})
        CHECK(second.restore(name, first.at(name)).has_value());
    CHECK(*second.read("a.ts") == "b");
    CHECK(*second.read("n.ts") == "n");
    CHECK(second.changes().at(0).base_sha256 == sha256_hex("a"));
    CHECK(second.restore("n.ts", std::nullopt).has_value());
    CHECK(!second.at("n.ts"));
    CHECK(!second.restore("../x", agent::file_change()));
    CHECK(!second.restore(".env", agent::file_change()));
}

}  // namespace staged_edits_test
