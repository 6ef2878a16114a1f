#include "agent/project/apply/apply.hpp"
#include "tests/agent/project/apply/small_app.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace apply_test {

namespace fs = std::filesystem;
using agent::apply_outcome;
using agent::change_kind;
using test::change_of;
using test::small_app;

namespace {

unsigned mode_of(fs::path const& file)
{
    struct stat info {};
    return ::stat(file.c_str(), &info) == 0 ? info.st_mode & 0777U : 0;
}

agent::apply_result apply_one(small_app const& app, agent::file_change change)
{
    return agent::apply(app.files.root(), {std::move(change)}, app.backup());
}

}  // namespace

TEST_CASE("changes are applied as a set, with their modes kept, and undone")
{
    small_app const app;
    auto const done = agent::apply(app.files.root(), small_app::changes(), app.backup());
    CHECK(done.outcome == apply_outcome::applied);
    CHECK(done.files.size() == 4);
    CHECK(app.now() == small_app::after());
    CHECK(mode_of(app.files.path() / "run.mjs") == 0750);
    CHECK(mode_of(app.backup()) == 0700);
    CHECK(agent::recover(app.backup()).outcome == apply_outcome::nothing);
    CHECK(app.now() == small_app::after());

    auto const undone = agent::undo(app.backup());
    CHECK(undone.outcome == apply_outcome::undone);
    CHECK(app.now() == small_app::before());
    CHECK(mode_of(app.files.path() / "run.mjs") == 0750);
    CHECK_FALSE(fs::exists(app.files.path() / "app/api/users"));
    CHECK(agent::undo(app.backup()).outcome == apply_outcome::refused);
}

TEST_CASE("a created folder with something else in it outlives the undo")
{
    small_app const app;
    CHECK(
        agent::apply(app.files.root(), small_app::changes(), app.backup()).outcome ==
        apply_outcome::applied);
    app.files.write("app/api/users/notes.md", "mine");
    CHECK(agent::undo(app.backup()).outcome == apply_outcome::undone);
    auto expected = small_app::before();
    expected["app/api/users/notes.md"] = "mine";
    CHECK(app.now() == expected);
    CHECK_FALSE(fs::exists(app.files.path() / "app/api/users/[id]"));
}

TEST_CASE("an undo of files that were changed since is refused as a whole and names them")
{
    small_app const app;
    CHECK(
        agent::apply(app.files.root(), small_app::changes(), app.backup()).outcome ==
        apply_outcome::applied);
    app.files.write("run.mjs", "mine");
    auto const refused = agent::undo(app.backup());
    CHECK(refused.outcome == apply_outcome::refused);
    CHECK(refused.kept == std::vector<std::string>{"run.mjs"});
    CHECK(refused.message.find("run.mjs") != std::string::npos);
    auto expected = small_app::after();
    expected["run.mjs"] = "mine";
    CHECK(app.now() == expected);
}

TEST_CASE("changes from another base are refused as a whole, with a sentence that says why")
{
    small_app const app;
    auto const refused = [&](agent::file_change change, std::string const& why) {
        auto changes = small_app::changes();
        changes.push_back(std::move(change));
        auto const result = agent::apply(app.files.root(), changes, app.backup());
        CHECK(result.outcome == apply_outcome::refused);
        CHECK(result.message.find(why) != std::string::npos);
        CHECK(app.now() == small_app::before());
    };
    refused(change_of(change_kind::modified, "same.ts", "x", "another base"), "has changed since");
    refused(change_of(change_kind::deleted, "same.ts", "", "another base"), "has changed since");
    refused(change_of(change_kind::modified, "missing.ts", "x", "base"), "has changed since");
    refused(change_of(change_kind::created, "same.ts", "x", ""), "exists by now");
    refused(change_of(change_kind::created, "app", "x", ""), "exists by now");
    refused(change_of(change_kind::created, "same.ts/x.ts", "x", ""), "a link or a file");
    refused(change_of(change_kind::modified, "run.mjs", "x", "old run"), "changed twice");
    CHECK(agent::apply(app.files.root(), {}, app.backup()).outcome == apply_outcome::refused);
}

TEST_CASE("nothing is applied outside of the project, through links or to what is closed")
{
    small_app const app;
    fs::create_directory(app.files.outer() / "outside");
    app.files.link("../outside", "linked");
    app.files.link("../../outside", "app/linked");
    app.files.link("same.ts", "alias.ts");
    for (auto const* path :
         {"../outside/x.ts",
          "/tmp/x.ts",
          "linked/x.ts",
          "app/linked/deep/x.ts",
          ".env",
          ".env.local",
          ".git/hooks/pre-commit",
          "node_modules/next/index.js",
          ".next/x.ts",
          "key.pem",
          ""}) {
        CAPTURE(path);
        auto const result = apply_one(app, change_of(change_kind::created, path, "x", ""));
        CHECK(result.outcome == apply_outcome::refused);
        CHECK_FALSE(result.message.empty());
    }
    auto const through = apply_one(app, change_of(change_kind::modified, "alias.ts", "x", "same"));
    CHECK(through.outcome == apply_outcome::refused);
    CHECK(through.message.find("is a link") != std::string::npos);
    CHECK(fs::is_empty(app.files.outer() / "outside"));
    CHECK(app.now() == small_app::before());
}

TEST_CASE("what somebody saves at any moment of an application is there afterwards")
{
    int steps = 1;
    for (int at = 1; at <= steps; ++at) {
        CAPTURE(at);
        small_app const app;
        int step = 0;
        auto const save = [&](char const*) {
            if (++step == at) {
                // As editors save: a new file, renamed over the old one.
                app.files.write("run.mjs.tmp", "mine");
                fs::rename(app.files.path() / "run.mjs.tmp", app.files.path() / "run.mjs");
            }
        };
        auto const result =
            agent::apply(app.files.root(), small_app::changes(), app.backup(), save);
        if (step < at)
            break;
        steps = at + 1;
        auto now = app.now();
        CHECK(now["run.mjs"] == "mine");
        auto expected =
            result.outcome == apply_outcome::applied ? small_app::after() : small_app::before();
        expected["run.mjs"] = "mine";
        CHECK(now == expected);
    }
    CHECK(steps > 20);
}

TEST_CASE("a file that appears where one is about to be created is left alone")
{
    int steps = 1;
    for (int at = 1; at <= steps; ++at) {
        CAPTURE(at);
        small_app const app;
        int step = 0;
        auto const path = app.files.path() / "app/new.ts";
        auto const appear = [&](char const*) {
            if (++step == at && !fs::exists(path))
                app.files.write("app/new.ts", "mine");
        };
        auto changes = small_app::changes();
        changes.push_back(change_of(change_kind::created, "app/new.ts", "new", ""));
        auto const result = agent::apply(app.files.root(), changes, app.backup(), appear);
        if (step < at)
            break;
        steps = at + 1;
        auto expected = small_app::before();
        expected["app/new.ts"] = "mine";
        if (result.outcome == apply_outcome::applied) {
            expected = small_app::after();
            expected["app/new.ts"] = "new";
        }
        CHECK(app.now() == expected);
    }
}

TEST_CASE("a folder that cannot be written refuses the whole and says so")
{
    if (::geteuid() == 0)
        return;  // root writes everywhere
    small_app const app;
    fs::permissions(app.files.path() / "app/api/notes", fs::perms(0500));
    auto const result = agent::apply(app.files.root(), small_app::changes(), app.backup());
    fs::permissions(app.files.path() / "app/api/notes", fs::perms(0700));
    CHECK(result.outcome == apply_outcome::refused);
    CHECK(app.now() == small_app::before());
}

TEST_CASE("a damaged or invented journal opens nothing outside of its project")
{
    small_app const app;
    fs::create_directories(app.backup());
    auto const secret = app.files.outer() / "secret";
    std::ofstream(secret) << "secret";
    for (
        std::string const& journal :
        {std::string("{"),
         std::string("[]"),
         R"({"project":")" + app.files.path().string() +
             R"(","id":"ab","state":"applying","folders":[],"entries":[{"path":"../secret","old":"","new":")" +
             mcp::sha256_hex("secret") + R"(","mode":0}]})",
         R"({"project":")" + app.files.path().string() +
             R"(","id":"../x","state":"applying","folders":[],"entries":[]})"}) {
        std::ofstream(fs::path(app.backup()) / "journal.json") << journal;
        auto const result = agent::recover(app.backup());
        CHECK(result.outcome == apply_outcome::refused);
        CHECK(result.message.find("journal") != std::string::npos);
    }
    CHECK(fs::exists(secret));
    CHECK(app.now() == small_app::before());
    CHECK(agent::recover(app.backup() + "-missing").outcome == apply_outcome::nothing);
}

}  // namespace apply_test
