#include "agent/project/project_root.hpp"
#include "temporary_project.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace project_root_test {

using agent::file_errc;
using agent::opener;
using agent::project_root;
using agent::walk_options;
using test::temporary_project;

namespace {

std::vector<std::string> paths(agent::walk_result const& found)
{
    std::vector<std::string> out;
    for (auto const& entry : found.entries)
        out.push_back(entry.path + (entry.directory ? "/" : entry.link ? "@" : ""));
    return out;
}

}  // namespace

TEST_CASE("a project's files are read by either way of opening")
{
    temporary_project const project;
    project.write("app/api/route.ts", "export {}\n");
    project.write("empty.ts", "");
    for (auto const how : {opener::kernel, opener::components}) {
        auto root = project.root();
        root.use(how);
        CHECK(*root.read("app/api/route.ts") == "export {}\n");
        CHECK(*root.read("./app//api/route.ts") == "export {}\n");
        CHECK(root.read("empty.ts")->empty());
        CHECK(root.read("app/nothing.ts").error().kind == file_errc::not_found);
        CHECK(root.read("empty.ts/x").error().kind == file_errc::not_found);
        CHECK(root.read("app").error().kind == file_errc::not_regular);
        CHECK(root.read("app").error().message.find("list it") != std::string::npos);
        CHECK(root.status("app")->directory);
        CHECK(root.status("app/api/route.ts")->size == 10);
    }
}

TEST_CASE("nothing outside the project can be read, by name or by link")
{
    temporary_project const project;
    std::ofstream(project.outer() / "secret.txt") << "outside";
    std::filesystem::create_directory(project.outer() / "project-evil");
    std::ofstream(project.outer() / "project-evil" / "x") << "outside";
    project.write("a/b.txt", "inside");
    project.link("../secret.txt", "up.txt");
    project.link((project.outer() / "secret.txt").string(), "absolute.txt");
    project.link("..", "folder");
    project.link("/", "slash");
    project.link("/proc/self/environ", "environ");
    project.link("/proc/self/root", "magic");
    project.link("../project-evil", "evil");
    project.link("loop", "loop");
    project.link("up.txt", "a/chain");
    for (auto const how : {opener::kernel, opener::components}) {
        auto root = project.root();
        root.use(how);
        for (std::string const name :
             {"up.txt",
              "absolute.txt",
              "folder/secret.txt",
              "slash/etc/passwd",
              "environ",
              "magic/etc/passwd",
              "evil/x",
              "loop",
              "a/chain",
              "../secret.txt",
              "../project-evil/x",
              "/etc/passwd",
              "/proc/self/environ",
              "a/../../secret.txt",
              "....//secret.txt",
              "..%2fsecret.txt",
              "file:///etc/passwd"}) {
            CAPTURE(name);
            auto const text = root.read(name);
            CHECK(!text);
            CHECK(!root.status(name));
            CHECK(text.error().message.find("outside\n") == std::string::npos);
            CHECK(!text.error().message.empty());
        }
    }
}

TEST_CASE("a link inside the project works, but opens no file that is closed under its own name")
{
    temporary_project const project;
    project.write("real.ts", "text");
    project.write(".env", "SECRET=1");
    project.link("real.ts", "alias.ts");
    project.link(".env", "harmless.txt");
    project.link(".", "self");
    auto const root = project.root();
    CHECK(*root.read("alias.ts") == "text");
    CHECK(root.read("harmless.txt").error().kind == file_errc::denied);
    CHECK(root.read("self/.env").error().kind == file_errc::denied);
    CHECK(*root.read("self/self/real.ts") == "text");
    CHECK(root.read(".env").error().message.find(".env.example") != std::string::npos);
}

TEST_CASE("pipes, sockets, devices and folders are refused without waiting")
{
    temporary_project const project;
    REQUIRE(::mkfifo((project.path() / "pipe").c_str(), 0600) == 0);
    auto const fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    auto const socket = (project.path() / "s").string();
    REQUIRE(socket.size() < sizeof name.sun_path);
    std::copy(socket.begin(), socket.end(), name.sun_path);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
    auto const root = project.root();
    CHECK(root.read("pipe").error().kind == file_errc::not_regular);
    CHECK(root.read("s").error().kind == file_errc::not_regular);
    CHECK(root.status("pipe").error().kind == file_errc::not_regular);
    CHECK(root.walk()->entries.empty());
    ::close(fd);
    auto const devices = project_root::open("/dev");
    CHECK(devices->read("zero").error().kind == file_errc::not_regular);
    CHECK(devices->read("tty").error().kind != file_errc::none);
}

TEST_CASE("files that say they are empty are read to their end, and no further than the limit")
{
    auto const proc = project_root::open("/proc/self");
    REQUIRE(proc.has_value());
    CHECK(proc->read("status")->find("Name:") == 0);
    CHECK(proc->read("environ").error().kind != file_errc::none);  // NUL bytes: binary
}

TEST_CASE("large and binary files are refused, a file of exactly the limit is read")
{
    temporary_project const project;
    project.write("limit.txt", std::string(agent::max_file_bytes, 'x'));
    project.write("over.txt", std::string(agent::max_file_bytes + 1, 'x'));
    project.write("image.png", std::string("\x89PNG\0\0", 6));
    auto const root = project.root();
    CHECK(root.read("limit.txt")->size() == agent::max_file_bytes);
    CHECK(root.read("over.txt").error().kind == file_errc::too_large);
    CHECK(root.read("image.png").error().kind == file_errc::binary);
}

TEST_CASE("a walk lists the sources in order and leaves out what is generated, secret or ignored")
{
    temporary_project const project;
    project.write(".gitignore", "# comment\n*.log\n/generated/\n!keep.log\n\nlib/private\n");
    for (auto const* name :
         {"app/page.tsx",
          "app/api/route.ts",
          "node_modules/zod/index.js",
          ".next/x.js",
          ".git/HEAD",
          ".env",
          ".env.example",
          "a.log",
          "keep.log",
          "generated/x.ts",
          "app/generated/y.ts",
          "lib/private/z.ts",
          "dist/x.js"})
        project.write(name, "x");
    project.link("/etc", "app/link");
    auto const root = project.root();
    auto const found = root.walk();
    REQUIRE(found.has_value());
    CHECK(found->complete);
    CHECK(
        paths(*found) == std::vector<std::string>{
                             ".env.example",
                             ".gitignore",
                             "app/",
                             "app/api/",
                             "app/api/route.ts",
                             "app/generated/",
                             "app/generated/y.ts",
                             "app/link@",
                             "app/page.tsx",
                             "keep.log",
                             "lib/"});
    walk_options modules;
    modules.start = "node_modules";
    modules.ignored_too = true;
    CHECK(
        paths(*root.walk(modules)) ==
        std::vector<std::string>{"node_modules/zod/", "node_modules/zod/index.js"});
    walk_options outside;
    outside.start = "app/link";
    CHECK(!root.walk(outside));
    outside.start = "../";
    CHECK(root.walk(outside).error().kind == file_errc::bad_name);
    outside.start = ".git";
    CHECK(root.walk(outside).error().kind == file_errc::denied);
}

TEST_CASE("a walk is bounded in entries and depth, and says so")
{
    temporary_project const project;
    for (int i = 0; i < 300; ++i)
        project.write("many/f" + std::to_string(i), "");
    project.write("zoo/last.ts", "");
    std::string deep = "deep";
    for (int i = 0; i < 40; ++i)
        deep += "/d";
    project.write(deep + "/x.ts", "");
    auto const root = project.root();
    walk_options options;
    options.entries = 50;
    auto const some = root.walk(options);
    CHECK(some->entries.size() == 50);
    CHECK(!some->complete);
    // Breadth first: the last folder at the top is seen although the first one fills the limit.
    auto const names = paths(*some);
    CHECK(std::find(names.begin(), names.end(), "zoo/") != names.end());
    auto const all = root.walk();
    CHECK(!all->complete);
    CHECK(all->entries.size() == 300 + 1 + 2 + 32);
}

TEST_CASE("a link that is swapped for a folder again and again never leads outside")
{
    temporary_project const project;
    std::filesystem::create_directory(project.outer() / "outside");
    std::ofstream(project.outer() / "outside" / "f") << "OUTSIDE";
    project.write("swap/f", "inside");
    project.link("../outside", "swap2");
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
        auto const a = (project.path() / "swap").string();
        auto const b = (project.path() / "swap2").string();
        auto const c = (project.path() / "swap3").string();
        while (!stop) {
            ::rename(a.c_str(), c.c_str());
            ::rename(b.c_str(), a.c_str());
            ::rename(c.c_str(), b.c_str());
        }
    });
    int inside = 0;
    int outside = 0;
    for (auto const how : {opener::kernel, opener::components}) {
        auto root = project.root();
        root.use(how);
        for (int i = 0; i < 10000; ++i)
            if (auto const text = root.read("swap/f"))
                ++(*text == "inside" ? inside : outside);
    }
    stop = true;
    swapper.join();
    CHECK(outside == 0);
    CHECK(inside > 0);
}

TEST_CASE("a project folder must be absolute and exist")
{
    CHECK(project_root::open("relative/path").error().kind == file_errc::bad_name);
    CHECK(project_root::open("").error().kind == file_errc::bad_name);
    CHECK(project_root::open("/no/such/folder").error().kind == file_errc::not_found);
    CHECK(project_root::open("/etc/passwd").error().kind == file_errc::not_found);
    CHECK(project_root::open("/")->read("etc/hostname").has_value());
}

}  // namespace project_root_test
