// Ways out of a project, each tried through every door: reading, listing, staging, writing. Nothing
// outside may be read or changed, nor a file of the project that is closed.

#include "agent/project/apply/apply.hpp"
#include "agent/project/staged_edits.hpp"
#include "temporary_project.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <map>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace jail_test {

using namespace agent;
using test::temporary_project;
namespace fs = std::filesystem;

namespace {

constexpr char secret[] = "hunter2-of-somebody";

struct escape {
    std::string what;
    std::string name;
    std::function<void(temporary_project const&)> prepare = [](auto const&) {};
    bool ours = false;  // its text may be read: it has a name in the project, too
};

std::function<void(temporary_project const&)> linked(std::string target, std::string name)
{
    return [target = std::move(target), name = std::move(name)](temporary_project const& p) {
        p.link(target, name);
    };
}

std::function<void(temporary_project const&)> closed(std::string name)
{
    return [name = std::move(name)](temporary_project const& p) { p.write(name, secret); };
}

std::string absolute(char const* below)
{
    return std::string("@OUTER@/") + below;  // where the folders are is not known yet
}

std::vector<escape> escapes()
{
    using namespace std::string_literals;
    auto const pipe = [](temporary_project const& p) {
        ::mkfifo((p.path() / "pipe").c_str(), 0600);
    };
    auto const socket = [](temporary_project const& p) {
        int const fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::sockaddr_un at{};
        at.sun_family = AF_UNIX;
        auto const path = (p.path() / "s").string();
        path.copy(at.sun_path, sizeof at.sun_path - 1);
        ::bind(fd, reinterpret_cast<::sockaddr const*>(&at), sizeof at);
        ::close(fd);
    };
    auto const hard_link = [](temporary_project const& p) {
        fs::create_hard_link(p.outer() / "outside/secret.txt", p.path() / "hard.txt");
    };
    return {
        {"up", "../outside/secret.txt"},
        {"up from a folder", "app/../../outside/secret.txt"},
        {"up from a folder that is not there", "none/../../outside/secret.txt"},
        {"up with doubled slashes", "..//outside//secret.txt"},
        {"up with dots between", "./.././outside/./secret.txt"},
        {"far up", "../../../../../../../../etc/passwd"},
        {"up with backslashes", "..\\outside\\secret.txt"},
        {"up with both", "app\\../..\\../outside/secret.txt"},
        {"up, percent-encoded", "%2e%2e/outside/secret.txt"},
        {"up, encoded twice", "%252e%252e%252foutside/secret.txt"},
        {"up in full-width dots", "\uff0e\uff0e/outside/secret.txt"},
        {"up by a one-dot leader", "\u2024\u2024/outside/secret.txt"},
        {"up with a fraction slash", "..\u2044outside\u2044secret.txt"},
        {"up in overlong UTF-8", "\xc0\xae\xc0\xae/outside/secret.txt"},
        {"up with a space behind", ".. /outside/secret.txt"},
        {"up with a combining mark", "..\u0301/outside/secret.txt"},
        {"up behind a NUL", "app\0/../../outside/secret.txt"s},
        {"up behind a line feed", "app\n/../../outside/secret.txt"},
        {"up that comes back", "../project/../outside/secret.txt"},
        {"absolute", absolute("outside/secret.txt")},
        {"absolute with doubled slashes", "/" + absolute("outside/secret.txt")},
        {"absolute and into the project first", absolute("project/../outside/secret.txt")},
        {"by /proc", "/proc/self/root/etc/passwd"},
        {"by a home folder", "~/outside/secret.txt"},
        {"a drive", "C:\\outside\\secret.txt"},
        {"a share", "\\\\server\\share\\secret.txt"},
        {"a file: URI", "file://" + absolute("outside/secret.txt")},
        {"a link to a file", "a.txt", linked("../outside/secret.txt", "a.txt")},
        {"a link to an absolute file", "a.txt", linked("/etc/passwd", "a.txt")},
        {"a link to a folder", "lib/secret.txt", linked("../outside", "lib")},
        {"a link in the middle", "a/b/secret.txt", linked("../../outside", "a/b")},
        {"a link to the root", "r/etc/passwd", linked("/", "r")},
        {"a link to the project's own parent", "up/outside/secret.txt", linked("..", "up")},
        {"a link to a link",
         "a.txt",
         [](temporary_project const& p) {
             p.link("b.txt", "a.txt");
             p.link("../outside/secret.txt", "b.txt");
         }},
        {"a link to what is not there yet", "a.txt", linked("../outside/new.txt", "a.txt")},
        {"a link by /proc", "a.txt", linked("/proc/self/cwd/../outside/secret.txt", "a.txt")},
        {"a link that turns in a circle", "a.txt", linked("a.txt", "a.txt")},
        {"a hard link", "hard.txt", hard_link, true},
        {"a pipe", "pipe", pipe},
        {"a socket", "s", socket},
        {"a device", "a.txt", linked("/dev/zero", "a.txt")},
        {"a name of 5,000 characters", std::string(5000, 'a')},
        {"10,000 folders",
         [] {
             std::string name;
             for (int i = 0; i < 10'000; ++i)
                 name += "a/";
             return name + "b";
         }()},
        {"a file of secrets", ".env", closed(".env")},
        {"one of a stage", "app/.env.production.local", closed("app/.env.production.local")},
        {"one in capitals", ".ENV", closed(".ENV")},
        {"a key", "certs/server.pem", closed("certs/server.pem")},
        {"an SSH key", "id_rsa", closed("id_rsa")},
        {"a token of npm", ".npmrc", closed(".npmrc")},
        {"git's own", ".git/config", closed(".git/config")},
        {"git's own in capitals", ".GIT/config", closed(".GIT/config")},
        {"what was built", ".next/server/secret.js", closed(".next/server/secret.js")},
        {"an open link to a closed file",
         "notes.txt",
         [](temporary_project const& p) {
             p.write(".env", secret);
             p.link(".env", "notes.txt");
         }},
    };
}

// Everything in a folder, without following a link: names, kinds, texts.
std::map<std::string, std::string> everything(fs::path const& folder)
{
    std::map<std::string, std::string> out;
    for (auto const& entry : fs::recursive_directory_iterator(folder)) {
        auto& text = out[entry.path().string()];
        if (entry.is_symlink()) {
            text = "link";
        } else if (entry.is_regular_file()) {
            std::ifstream in(entry.path(), std::ios::binary);
            text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        }
    }
    return out;
}

file_change created(std::string const& name)
{
    file_change out;
    out.path = name;
    out.text = "written\n";
    return out;
}

class doors {
public:
    doors(temporary_project const& at, std::string name) : at_(at), name_(std::move(name)) {}

    // What all of them said, errors included.
    std::string try_all(opener how)
    {
        auto root = at_.root();
        root.use(how);
        hear(root.read(name_));
        if (auto const found = root.status(name_); !found)
            said_ += found.error().message;
        walk_options below;
        below.start = name_;
        below.ignored_too = true;
        if (auto const found = root.walk(below))
            for (auto const& entry : found->entries)
                hear(root.read(entry.path));
        staged_edits edits(root);
        hear(edits.read(name_));
        if (auto const done = edits.edit(name_, secret, "x"); !done)
            said_ += done.error().message;
        if (auto const done = edits.remove(name_); !done)
            said_ += done.error().message;
        if (auto const done = edits.write(name_, "written\n"); !done)
            said_ += done.error().message;
        auto changes = edits.changes();
        write(changes);
        // And what staging would have refused.
        write({created(name_)});
        auto forced = created(name_);
        forced.kind = change_kind::deleted;
        write({forced});
        return said_;
    }

private:
    void hear(file_result<std::string> const& text)
    {
        said_ += text ? *text : text.error().message;
    }

    void write(std::vector<file_change> const& changes)
    {
        auto const backup = (at_.outer() / "backup" / std::to_string(++backups_)).string();
        auto const done = agent::apply(at_.root(), changes, backup);
        said_ += done.message;
        if (done.outcome == apply_outcome::applied)
            said_ += undo(backup).message;
    }

    temporary_project const& at_;
    std::string name_;
    std::string said_;
    int backups_ = 0;
};

}  // namespace

TEST_CASE("no name and no link leads out of a project, nor to what is closed in it")
{
    auto const all = escapes();
    CHECK(all.size() >= 30);
    for (auto const& one : all)
        for (auto const how : {opener::kernel, opener::components}) {
            CAPTURE(one.what);
            temporary_project const at;
            fs::create_directories(at.outer() / "outside");
            std::ofstream(at.outer() / "outside/secret.txt") << secret;
            at.write("app/page.tsx", "export default function Page() { return null }\n");
            one.prepare(at);
            auto name = one.name;
            if (auto const place = name.find("@OUTER@"); place != std::string::npos)
                name.replace(place, 7, at.outer().string());

            auto const outside = everything(at.outer() / "outside");
            auto const inside = everything(at.path());
            auto const said = doors(at, name).try_all(how);
            CHECK(everything(at.outer() / "outside") == outside);
            CHECK(everything(at.path()) == inside);
            CHECK((said.find(secret) != std::string::npos) == one.ours);
            CHECK(said.find("root:x:") == std::string::npos);
        }
}

TEST_CASE("a folder that turns into a link at any moment of a write never has it written outside")
{
    int applied = 0;
    int refused = 0;
    for (int moment = 0;; ++moment) {
        CAPTURE(moment);
        temporary_project const at;
        fs::create_directories(at.outer() / "outside");
        std::ofstream(at.outer() / "outside/old.txt") << secret;
        at.write("swap/old.txt", "old\n");
        at.link("../outside", "other");
        auto const a = (at.path() / "swap").string();
        auto const b = (at.path() / "other").string();
        auto const outside = everything(at.outer() / "outside");
        staged_edits edits(at.root());
        REQUIRE(edits.write("swap/old.txt", "changed\n").has_value());
        REQUIRE(edits.write("swap/new.txt", "written\n").has_value());
        int steps = 0;
        auto const turn = [&](char const*) {
            if (steps++ == moment)
                ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
        };
        auto const backup = (at.outer() / "backup").string();
        auto const done = agent::apply(at.root(), edits.changes(), backup, turn);
        CHECK(everything(at.outer() / "outside") == outside);
        CHECK(done.message.find(secret) == std::string::npos);
        ++(done.outcome == apply_outcome::applied ? applied : refused);
        static_cast<void>(undo(backup));
        static_cast<void>(recover(backup));
        CHECK(everything(at.outer() / "outside") == outside);
        if (steps <= moment)
            break;
    }
    CHECK(applied > 0);
    CHECK(refused > 3);
}

TEST_CASE("a project whose folder is replaced by a link after it was opened stays where it was")
{
    temporary_project const at;
    at.write("a.txt", "mine");
    fs::create_directories(at.outer() / "outside");
    std::ofstream(at.outer() / "outside/a.txt") << secret;
    auto const root = at.root();
    fs::rename(at.path(), at.outer() / "moved");
    fs::create_directory_symlink(at.outer() / "outside", at.path());
    CHECK(*root.read("a.txt") == "mine");
    auto const done = agent::apply(root, {created("b.txt")}, (at.outer() / "backup").string());
    CHECK(done.outcome == apply_outcome::refused);
    CHECK(!fs::exists(at.outer() / "outside/b.txt"));
}

}  // namespace jail_test
