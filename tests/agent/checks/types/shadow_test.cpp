#include "agent/checks/types/copy/source_copy.hpp"
#include "protocol/sha256.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace shadow_test {

namespace fs = std::filesystem;
using agent::change_kind;
using agent::copied_files;
using agent::shadow;
using agent::source_copy;
using test::temporary_project;

namespace {

constexpr auto at_once = std::chrono::hours(1);

std::string text_in(fs::path const& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::set<std::string> files_in(fs::path const& folder)
{
    std::set<std::string> out;
    for (auto const& item : fs::recursive_directory_iterator(folder))
        if (!item.is_directory())
            out.insert(item.path().lexically_relative(folder).string());
    return out;
}

agent::file_change change(change_kind kind, std::string path, std::string text = {})
{
    agent::file_change out;
    out.path = std::move(path);
    out.kind = kind;
    out.text = std::move(text);
    return out;
}

bool lay(source_copy& copy, shadow& into)
{
    auto const laid = copy.lay_names(into, std::chrono::steady_clock::now() + at_once);
    return laid && *laid;
}

}  // namespace

TEST_CASE("a shadow is inside of the project, hidden from git, and leaves nothing behind")
{
    temporary_project const project;
    project.write("a.ts", "a");
    {
        auto const first = shadow::make(project.root());
        REQUIRE(first.has_value());
        auto const second = shadow::make(project.root());
        REQUIRE(second.has_value());
        CHECK((*first)->path() != (*second)->path());
        CHECK((*first)->path().starts_with(project.path().string() + "/.nbe/shadow/"));
        CHECK((*first)->write("app/x.ts", "x").has_value());
        CHECK((*first)->write("app/x.ts", "y").has_value());
        CHECK(text_in(fs::path((*first)->path()) / "app/x.ts") == "y");
        CHECK(text_in(project.path() / ".nbe/.gitignore").ends_with("\n*\n"));
        CHECK_FALSE(project.root().read(".nbe/.gitignore").has_value());
        CHECK(project.root().walk({{}, 100, 9, true})->entries.size() == 1);
    }
    CHECK(files_in(project.path()) == std::set<std::string>{"a.ts"});
    CHECK_FALSE(fs::exists(project.path() / ".nbe"));
}

TEST_CASE("what a killed check has left is swept by the next, what a living one uses is not")
{
    temporary_project const project;
    auto const child = ::fork();
    if (child == 0) {
        auto const made = shadow::make(project.root());
        static_cast<void>((*made)->write("deep/er/x.ts", "x"));
        ::raise(SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    auto const left = files_in(project.path());
    CHECK(left.size() == 3);  // .gitignore, the lock, x.ts
    fs::create_directories(project.path() / ".nbe/shadow/not-one-of-ours");
    {
        auto const living = shadow::make(project.root());
        REQUIRE(living.has_value());
        CHECK((*living)->write("x.ts", "x").has_value());
        auto const another = shadow::make(project.root());
        CHECK(fs::exists(fs::path((*living)->path()) / "x.ts"));
        auto const now = files_in(project.path());
        CHECK(now.size() == 4);  // .gitignore, two locks, x.ts
    }
    CHECK(fs::exists(project.path() / ".nbe/shadow/not-one-of-ours"));
    fs::remove(project.path() / ".nbe/shadow/not-one-of-ours");
    CHECK(shadow::make(project.root()).has_value());
    CHECK_FALSE(fs::exists(project.path() / ".nbe"));
}

TEST_CASE("no shadow is made through a link, nor where the project cannot be written")
{
    temporary_project const project;
    fs::create_directory(project.outer() / "elsewhere");
    project.link("../elsewhere", ".nbe");
    auto const refused = shadow::make(project.root());
    CHECK_FALSE(refused.has_value());
    CHECK(refused.error().message.find("link") != std::string::npos);
    fs::remove(project.path() / ".nbe");
    fs::create_directory(project.path() / ".nbe");
    project.link("../../elsewhere", ".nbe/shadow");
    CHECK_FALSE(shadow::make(project.root()).has_value());
    CHECK(fs::is_empty(project.outer() / "elsewhere"));
    if (::geteuid() == 0)
        return;  // root writes everywhere
    fs::remove_all(project.path() / ".nbe");
    fs::permissions(project.path(), fs::perms(0500));
    CHECK_FALSE(shadow::make(project.root()).has_value());
    fs::permissions(project.path(), fs::perms(0700));
}

TEST_CASE("sources are copied, generated ones too, and nothing installed, closed, linked or large")
{
    temporary_project const project;
    for (auto const* name :
         {"app/page.tsx",
          "app/icon.png",
          "generated/prisma/client.ts",
          "packages/a/tsconfig.json",
          "tsconfig.json",
          "public/photo.png",
          "public/data.json",
          ".env",
          ".env.production",
          ".env.example",
          "certificate.pem",
          "package-lock.json",
          ".next/types/validator.ts",
          ".git/config",
          "node_modules/next/index.js",
          "packages/a/node_modules/b/index.js",
          "next-env.d.ts",
          "x.tsbuildinfo"})
        project.write(name, "{}");
    project.write(".gitignore", "generated\n");
    project.write("big.ts", std::string((8 << 20) + 1, 'x'));
    project.link("../../outside.ts", "app/linked.ts");
    project.link("packages", "linked");
    auto const into = shadow::make(project.root());
    REQUIRE(into.has_value());
    source_copy copy(project.root(), {}, copied_files::code);
    CHECK(lay(copy, **into));
    CHECK(
        files_in((*into)->path()) == std::set<std::string>{
                                         "app/page.tsx",
                                         "app/icon.png",
                                         "generated/prisma/client.ts",
                                         "packages/a/tsconfig.json",
                                         "public/data.json",
                                         "tsconfig.json"});
    CHECK(fs::file_size(fs::path((*into)->path()) / "app/icon.png") == 0);
    CHECK(copy.notes().size() == 2);
    auto const all = shadow::make(project.root());
    source_copy build(project.root(), {}, copied_files::all);
    CHECK(lay(build, **all));
    CHECK(fs::file_size(fs::path((*all)->path()) / "public/photo.png") == 2);
}

TEST_CASE("while the configuration runs, what was staged is there by its name alone")
{
    temporary_project const project;
    project.write("next.config.ts", "base config");
    project.write("env.ts", "base env");
    project.write("app/old/route.ts", "old");
    project.write("tsconfig.json", R"({"extends":"../base.json"})");
    std::vector<agent::file_change> const changes{
        change(change_kind::modified, "next.config.ts", "staged config"),
        change(change_kind::modified, "env.ts", "staged env"),
        change(change_kind::created, "next.config.mjs", "staged config"),
        change(change_kind::created, "app/new/route.ts", "staged route"),
        change(change_kind::modified, "tsconfig.json", R"({"extends":"../staged.json"})"),
        change(change_kind::deleted, "app/old/route.ts")};
    auto const into = shadow::make(project.root());
    REQUIRE(into.has_value());
    fs::path const at = (*into)->path();
    source_copy copy(project.root(), changes, copied_files::code);
    CHECK(lay(copy, **into));
    CHECK(text_in(at / "next.config.ts") == "base config");
    CHECK(text_in(at / "env.ts") == "base env");
    CHECK_FALSE(fs::exists(at / "next.config.mjs"));
    CHECK(fs::exists(at / "app/new/route.ts"));
    CHECK(text_in(at / "app/new/route.ts").empty());
    CHECK_FALSE(fs::exists(at / "app/old/route.ts"));
    CHECK(text_in(at / "tsconfig.json") == R"({"extends":"../../../../staged.json"})");
    CHECK(copy.routes_change());

    CHECK(copy.lay_changes(**into).has_value());
    CHECK(text_in(at / "next.config.ts") == "staged config");
    CHECK(text_in(at / "env.ts") == "staged env");
    CHECK(text_in(at / "app/new/route.ts") == "staged route");
    CHECK(*copy.changed_text("env.ts") == "staged env");
    CHECK(*copy.base_text("env.ts") == "base env");
    CHECK_FALSE(copy.changed_text("app/old/route.ts").has_value());

    CHECK(copy.lay_base(**into).has_value());
    CHECK(
        files_in(at) ==
        std::set<std::string>{"app/old/route.ts", "env.ts", "next.config.ts", "tsconfig.json"});
    CHECK(text_in(at / "next.config.ts") == "base config");
    CHECK(text_in(at / "tsconfig.json") == R"({"extends":"../../../../base.json"})");
}

TEST_CASE("the digest of a base is that of its files, whatever is staged")
{
    temporary_project const project;
    project.write("a.ts", "a");
    project.write("b/c.ts", "c");
    auto const digest = [&](std::vector<agent::file_change> const& changes) {
        auto const into = shadow::make(project.root());
        source_copy copy(project.root(), changes, copied_files::code);
        CHECK(lay(copy, **into));
        return copy.digest();
    };
    auto const first = digest({});
    CHECK(digest({change(change_kind::modified, "a.ts", "x")}) == first);
    CHECK(digest({change(change_kind::deleted, "a.ts")}) == first);
    CHECK(digest({change(change_kind::created, "d.ts", "x")}) == first);
    project.write("a.ts", "b");
    CHECK(digest({}) != first);
}

TEST_CASE("a project that is too large is not copied, and a copy can be stopped between files")
{
    temporary_project const project;
    for (int i = 0; i < 30; ++i)
        project.write("f" + std::to_string(i) + ".ts", std::string(1000, 'x'));
    auto const into = shadow::make(project.root());
    REQUIRE(into.has_value());
    agent::copy_limits few;
    few.files = 20;
    source_copy many(project.root(), {}, copied_files::code, few);
    auto const refused = many.lay_names(**into, std::chrono::steady_clock::now() + at_once);
    CHECK_FALSE(refused.has_value());
    CHECK(refused.error().message.find("more than 20 files") != std::string::npos);
    agent::copy_limits small;
    small.bytes = 20'000;
    source_copy large(project.root(), {}, copied_files::code, small);
    CHECK_FALSE(large.lay_names(**into, std::chrono::steady_clock::now() + at_once).has_value());
    source_copy slow(project.root(), {}, copied_files::code);
    auto const begun = slow.lay_names(**into, std::chrono::steady_clock::now());
    REQUIRE(begun.has_value());
    CHECK_FALSE(*begun);
    CHECK(lay(slow, **into));
    for (auto const* closed : {".env", "../x.ts", ".git/config", "/etc/x"}) {
        source_copy bad(
            project.root(), {change(change_kind::created, closed, "x")}, copied_files::code);
        CHECK_FALSE(bad.lay_names(**into, std::chrono::steady_clock::now() + at_once).has_value());
    }
}

}  // namespace shadow_test
