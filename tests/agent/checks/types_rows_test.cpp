#include "agent/checks/types_rows.hpp"

#include <doctest/doctest.h>

namespace types_rows_test {

using namespace agent;
using verdict = types_result::verdict;

namespace {

diagnostic error_at(std::string file, std::size_t line, std::string code, std::string message)
{
    diagnostic out;
    out.file = std::move(file);
    out.line = line;
    out.column = 1;
    out.code = std::move(code);
    out.message = std::move(message);
    return out;
}

types_result failed_with(std::vector<diagnostic> errors)
{
    types_result out;
    out.status = verdict::failed;
    out.checked = true;
    out.introduced_count = errors.size();
    out.introduced = std::move(errors);
    out.times.push_back({"tsc", std::chrono::milliseconds(1500)});
    out.typescript_version = "5.9.3";
    return out;
}

std::optional<std::string> no_file(std::string_view)
{
    return std::nullopt;
}

}  // namespace

TEST_CASE(
    "types that passed are a row that says by what, and a build that nobody wanted is not run")
{
    auto ran = failed_with({});
    ran.status = verdict::passed;
    ran.preexisting_count = 2;
    auto const rows = rows_of(ran, false, no_file).results;
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].status == check_status::passed);
    CHECK(
        rows[0].detail ==
        "no error (tsc 1.5 s; TypeScript 5.9.3; 2 errors that the project had before)");
    CHECK(rows[1].status == check_status::not_run);
    CHECK(rows[1].detail == "not asked for (verify: build)");
}

TEST_CASE("errors of the types are problems, and a list with the lines that they are about")
{
    auto const ran = failed_with(
        {error_at("lib/a.ts", 2, "TS2322", "Type 'a'\n  is not 'b'."),
         error_at("", 0, "TS5083", "Cannot read file.")});
    auto const made = rows_of(ran, true, [](std::string_view path) {
        return std::optional<std::string>(path == "lib/a.ts" ? "one\ntwo\nthree\n" : "");
    });
    CHECK(made.results[0].status == check_status::failed);
    REQUIRE(made.results[0].problems.size() == 2);
    CHECK(made.results[0].problems[0].message == "Type 'a'   is not 'b'.");
    CHECK(made.listing.find("lib/a.ts:2:1 error TS2322") != std::string::npos);
    CHECK(made.listing.find("> 2 | two") != std::string::npos);
    CHECK(made.listing.find("TS5083: Cannot read file.") != std::string::npos);
    CHECK(made.results[1].detail == "the types have errors");
}

TEST_CASE("a check that did not come to its end is not run, whatever was asked for")
{
    types_result ran;
    ran.status = verdict::timed_out;
    ran.reason = "tsc took longer than 180 s.";
    auto const rows = rows_of(ran, true, no_file).results;
    for (auto const& row : rows) {
        CHECK(row.status == check_status::not_run);
        CHECK(row.detail == "timed out: tsc took longer than 180 s.");
    }
}

TEST_CASE("types stay passed where only the build after them did not end")
{
    auto ran = failed_with({});
    ran.status = verdict::crashed;
    ran.reason = "next build was killed.";
    auto const rows = rows_of(ran, true, no_file).results;
    CHECK(rows[0].status == check_status::passed);
    CHECK(rows[1].status == check_status::not_run);
    CHECK(rows[1].detail == "next build was killed.");
}

TEST_CASE("a project that could not be built before either proves nothing of the changes")
{
    auto ran = failed_with({});
    ran.status = verdict::passed;
    ran.built = true;
    ran.base_broken = "Error: no DATABASE_URL";
    auto const rows = rows_of(ran, true, no_file).results;
    CHECK(rows[1].status == check_status::not_run);
    CHECK(
        rows[1].detail == "the project cannot be built without the changes either: Error: no "
                          "DATABASE_URL");
}

TEST_CASE("what is wrong only because a package is still to be installed is set aside, and noted")
{
    auto const missing = [](char const* specifier) {
        return std::string("Cannot find module '") + specifier +
               "' or its corresponding type declarations.";
    };
    auto const untyped = std::string("Parameter 'x' implicitly has an 'any' type.");
    std::vector<diagnostic> const errors{
        error_at("a.ts", 1, "TS2307", missing("@acme/mail/webhooks")),
        error_at("a.ts", 5, "TS7006", untyped),
        error_at("b.ts", 5, "TS7006", untyped),
        error_at("b.ts", 1, "TS2307", missing("other")),
        error_at("b.ts", 2, "TS2307", missing("./mail"))};
    auto ran = failed_with(errors);
    set_aside(ran, {"@acme/mail"});
    CHECK(ran.introduced == std::vector<diagnostic>(errors.begin() + 2, errors.end()));
    CHECK(ran.introduced_count == 3);
    CHECK(ran.status == verdict::failed);
    REQUIRE(ran.notes.size() == 1);
    CHECK(ran.notes[0] == "Not installed yet, and so not checked against: @acme/mail");

    auto alone = failed_with({errors[0]});
    set_aside(alone, {"@acme/mail"});
    CHECK(alone.status == verdict::passed);
    auto none = failed_with(errors);
    set_aside(none, {});
    CHECK(none.introduced_count == errors.size());
}

}  // namespace types_rows_test
