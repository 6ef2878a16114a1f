// Folders that change places while a project is open: its own, those above it, those in it. Names
// are resolved beneath what was opened; where a name is used again, it must still be the same
// folder.

#include "agent/project/apply/apply.hpp"
#include "agent/project/apply/writable_folder.hpp"
#include "agent/project/fingerprint.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace replaced_folder_test {

using agent::apply_outcome;
using agent::opener;
using test::temporary_project;
namespace fs = std::filesystem;

namespace {

constexpr char secret[] = "hunter2-of-somebody";

// Contents and times of change.
std::map<std::string, std::string> look(fs::path const& folder)
{
    std::map<std::string, std::string> out;
    for (auto const& entry : fs::recursive_directory_iterator(folder)) {
        struct stat info {};
        ::lstat(entry.path().c_str(), &info);
        auto& text = out[entry.path().string()];
        if (S_ISREG(info.st_mode)) {
            std::ifstream in(entry.path(), std::ios::binary);
            text.assign(std::istreambuf_iterator<char>(in), {});
        }
        text +=
            " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
    }
    return out;
}

agent::file_change created(std::string path)
{
    agent::file_change out;
    out.path = std::move(path);
    out.text = "written\n";
    return out;
}

}  // namespace

TEST_CASE("nothing is written where a folder above the project was replaced after it was opened")
{
    for (bool const by_link : {true, false}) {
        CAPTURE(by_link);
        temporary_project const at;
        fs::create_directories(at.outer() / "home/app");
        auto const root = agent::project_root::open((at.outer() / "home/app").string());
        REQUIRE(root.has_value());
        fs::create_directories(at.outer() / "outside/app");
        std::ofstream(at.outer() / "outside/app/old.txt") << secret;
        auto const before = look(at.outer() / "outside");
        fs::rename(at.outer() / "home", at.outer() / "moved");
        if (by_link)
            fs::create_directory_symlink(at.outer() / "outside", at.outer() / "home");
        else
            fs::rename(at.outer() / "outside", at.outer() / "home");
        auto const done = agent::apply(*root, {created("b.txt")}, (at.outer() / "backup").string());
        CAPTURE(done.message);
        CHECK(done.outcome == apply_outcome::refused);
        CHECK(done.message.find("replaced") != std::string::npos);
        if (!by_link)
            fs::rename(at.outer() / "home", at.outer() / "outside");
        CHECK(look(at.outer() / "outside") == before);
    }
}

TEST_CASE("no package is read where the project was replaced by a link after it was opened")
{
    for (bool const above : {false, true}) {
        CAPTURE(above);
        temporary_project const at;
        fs::create_directories(at.outer() / "home/app");
        std::ofstream(at.outer() / "home/app/package.json")
            << R"({"dependencies":{"next":"16.0.0"}})";
        auto const root = agent::project_root::open((at.outer() / "home/app").string());
        REQUIRE(root.has_value());
        auto const outside = at.outer() / "outside/app";
        fs::create_directories(outside / "node_modules/next");
        std::ofstream(outside / "node_modules/next/package.json")
            << R"({"version":")" << secret << R"("})";
        std::ofstream(outside / "yarn.lock") << "";
        if (above) {
            fs::rename(at.outer() / "home", at.outer() / "moved");
            fs::create_directory_symlink(at.outer() / "outside", at.outer() / "home");
        } else {
            fs::rename(at.outer() / "home/app", at.outer() / "moved");
            fs::create_directory_symlink(outside, at.outer() / "home/app");
        }
        auto const project = agent::read_fingerprint(*root, agent::knowledge());
        CHECK(project.next_project);
        CHECK(project.find("next")->installed.empty());
        CHECK(project.lock_file.empty());
        CHECK(render(project).find(secret) == std::string::npos);
    }
}

TEST_CASE("a folder that is moved out of the project is not followed, by name or by a walk")
{
    temporary_project const at;
    at.write("in/a/b/own.txt", "own");
    auto const root = at.root();
    fs::create_directories(at.outer() / "outside");
    std::ofstream(at.outer() / "outside/secret.txt") << secret;
    std::atomic<bool> stop{false};
    auto const inside = (at.path() / "in/a").string();
    auto const away = (at.outer() / "outside/a").string();
    std::thread mover([&] {
        while (!stop) {
            ::rename(inside.c_str(), away.c_str());
            ::rename(away.c_str(), inside.c_str());
        }
    });
    int leaks = 0;
    for (auto const how : {opener::kernel, opener::components}) {
        auto own = root;
        own.use(how);
        for (int i = 0; i < 3000; ++i) {
            auto const found = own.walk();
            if (!found)
                continue;
            for (auto const& entry : found->entries)
                leaks += entry.path.find("secret") != std::string::npos ? 1 : 0;
            leaks += own.read("in/a/../../outside/secret.txt").has_value() ? 1 : 0;
        }
    }
    stop = true;
    mover.join();
    CHECK(leaks == 0);
}

TEST_CASE("a folder that keeps changing places with a link has nothing read or written outside")
{
    temporary_project const at;
    fs::create_directories(at.outer() / "outside");
    std::ofstream(at.outer() / "outside/f.txt") << secret;
    at.write("swap/f.txt", "own");
    at.link("../outside", "link");
    auto const before = look(at.outer() / "outside");
    auto const root = at.root();
    auto folder = agent::writable_folder::open(at.path().string());
    REQUIRE(folder.has_value());
    auto const a = (at.path() / "swap").string();
    auto const b = (at.path() / "link").string();
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
        while (!stop)
            ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
    });
    int leaks = 0;
    int written = 0;
    auto const hear = [&leaks](std::string const& text) {
        leaks += text.find(secret) != std::string::npos ? 1 : 0;
    };
    agent::staged_edits staged(root);
    for (int i = 0; i < 4000; ++i) {
        auto const name = "swap/n" + std::to_string(i);
        std::string text;
        folder->read("swap/f.txt", agent::max_file_bytes, text);
        hear(text);
        written += folder->create(name, "x", 0, false) ? 0 : 1;
        folder->move(name, name + ".moved");
        folder->make_folder(name + ".folder");
        folder->exchange("swap/f.txt", name + ".moved");
        folder->exchange("swap/f.txt", name + ".moved");
        folder->remove(name + ".moved");
        folder->remove_tree(name + ".folder");
        if (auto const read = staged.read("swap/f.txt"))
            hear(*read);
        if (auto const done = staged.edit("swap/f.txt", secret, "x"); !done)
            hear(done.error().message);
    }
    stop = true;
    swapper.join();
    CHECK(leaks == 0);
    CHECK(written > 0);
    CHECK(look(at.outer() / "outside") == before);
}

TEST_CASE("each change of a writable folder stays in it, whatever link has the name")
{
    temporary_project const at;
    fs::create_directories(at.outer() / "outside/folder");
    std::ofstream(at.outer() / "outside/f.txt") << secret;
    auto const before = look(at.outer() / "outside");
    for (std::string const target :
         {"../outside", "../outside/f.txt", "../outside/new.txt", "../outside/folder", "x", "/"}) {
        for (std::string const path : {"x", "x/f.txt", "x/new/deep.txt", "x/folder"}) {
            CAPTURE(target);
            CAPTURE(path);
            fs::remove_all(at.path());
            fs::create_directory(at.path());
            at.link(target, "x");
            at.write("own.txt", "own");
            auto folder = agent::writable_folder::open(at.path().string());
            REQUIRE(folder.has_value());
            std::string text;
            folder->read(path, agent::max_file_bytes, text);
            CHECK(text.empty());
            CHECK(folder->create(path, "written", 0600, true));
            CHECK(folder->make_folder(path));
            CHECK_FALSE(folder->make_below(path, 0700).has_value());
            CHECK(folder->move("own.txt", path));
            if (path != "x") {
                CHECK(folder->exchange("own.txt", path));
                CHECK(folder->replace("own.txt", path));
                static_cast<void>(folder->make_folders_above(path));
                CHECK(folder->remove_tree(path));
            }
            CHECK(folder->remove_empty(path));
            CHECK(folder->sync(path));
            static_cast<void>(folder->remove_tree("x"));
            CHECK(look(at.outer() / "outside") == before);
            CHECK(fs::exists(at.path() / "own.txt"));
        }
    }
}

}  // namespace replaced_folder_test
