#include "agent/runs/store/owner_lock.hpp"
#include "agent/runs/store/run_store.hpp"
#include "protocol/random.hpp"
#include "state_directory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>

namespace owner_lock_test {

using namespace agent;
using test::nobody;
using test::state_directory;

namespace fs = std::filesystem;

namespace {

void put(std::string const& file)
{
    std::ofstream(file) << "";
}

// Until somebody waits for the lock of this file, as far as the kernel shows it.
void wait_until_locked_for(int fd)
{
    struct stat info {};
    ::fstat(fd, &info);
    auto const name = ":" + std::to_string(info.st_ino) + " ";
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (std::chrono::steady_clock::now() < end) {
        std::ifstream locks("/proc/locks");
        for (std::string line; std::getline(locks, line);)
            if (line.find("->") != std::string::npos && line.find(name) != std::string::npos)
                return;
    }
}

}  // namespace

TEST_CASE("an owner lives until it is gone, and leaves no file")
{
    state_directory const state;
    owner_lock const one(mcp::random_hex(16), state / "owners");
    auto two = std::make_unique<owner_lock>(mcp::random_hex(16), state / "owners");
    auto const id = two->id();
    CHECK(one.lives(one.id()));
    CHECK(one.lives(id));
    CHECK(two->lives(one.id()));
    CHECK(test::permissions(state / "owners") == 0700);
    CHECK(test::permissions(state / ("owners/" + id + ".lock")) == 0600);
    two.reset();
    CHECK(!one.lives(id));
    CHECK(!fs::exists(state / ("owners/" + id + ".lock")));
}

TEST_CASE("an owner whose process is killed is dead, and its file goes")
{
    state_directory const state;
    auto const id = mcp::random_hex(16);
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    auto const child = ::fork();
    if (child == 0) {
        owner_lock const held(id, state / "owners");
        if (::write(pipe[1], "x", 1) == 1)
            ::pause();
        ::_exit(0);
    }
    char ready = 0;
    REQUIRE(::read(pipe[0], &ready, 1) == 1);
    owner_lock const one(mcp::random_hex(16), state / "owners");
    CHECK(one.lives(id));
    CHECK(one.remove_dead() == 0);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    CHECK(fs::exists(state / ("owners/" + id + ".lock")));
    CHECK(!one.lives(id));
    CHECK(!fs::exists(state / ("owners/" + id + ".lock")));
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("only 32 hexadecimal digits are an owner, and no path is")
{
    CHECK(is_owner_id("0123456789abcdef0123456789abcdef"));
    for (auto const* no :
         {"",
          "../../etc/passwd",
          "0123456789ABCDEF0123456789abcdef",
          "../3456789abcdef0123456789abcdef",
          "0123456789abcdef0123456789abcdef0",
          "0123456789abcdef0123456789abcde"})
        CHECK(!is_owner_id(no));
    state_directory const state;
    owner_lock const one(mcp::random_hex(16), state / "owners");
    put(state / "precious.lock");
    CHECK(!one.lives("../precious"));
    CHECK(fs::exists(state / "precious.lock"));
}

TEST_CASE("the files of the dead are removed, other files and links are not followed")
{
    state_directory const state;
    owner_lock const one(mcp::random_hex(16), state / "owners");
    put(state / "precious");
    put(state / ("owners/" + nobody + ".lock"));
    put(state / "owners/README");
    std::string const linked(32, 'b');
    fs::create_symlink(state / "precious", state / ("owners/" + linked + ".lock"));
    CHECK(one.remove_dead() == 2);
    CHECK(!fs::exists(state / ("owners/" + nobody + ".lock")));
    CHECK(fs::exists(state / "owners/README"));
    CHECK(fs::exists(state / "precious"));
    CHECK(fs::exists(state / ("owners/" + one.id() + ".lock")));
}

TEST_CASE("two who look at a dead owner at once both find it dead")
{
    state_directory const state;
    owner_lock const one(mcp::random_hex(16), state / "owners");
    auto const file = state / ("owners/" + nobody + ".lock");
    put(file);
    int const other = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(::flock(other, LOCK_SH) == 0);
    CHECK(!one.lives(nobody));
    ::close(other);
}

TEST_CASE("an owner whose file is removed before it is locked makes it again")
{
    state_directory const state;
    owner_lock const one(mcp::random_hex(16), state / "owners");
    auto const file = state / ("owners/" + nobody + ".lock");
    put(file);
    int const looking = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(::flock(looking, LOCK_SH) == 0);
    std::unique_ptr<owner_lock> late;
    std::thread coming([&] { late = std::make_unique<owner_lock>(nobody, state / "owners"); });
    wait_until_locked_for(looking);
    ::unlink(file.c_str());
    ::close(looking);
    coming.join();
    CHECK(fs::exists(file));
    CHECK(one.lives(nobody));
}

TEST_CASE("nobody takes an owner for dead while it comes to life")
{
    state_directory const state;
    owner_lock const watcher(mcp::random_hex(16), state / "owners");
    std::atomic<bool> done{false};
    std::thread sweeping([&] {
        while (!done)
            watcher.remove_dead();
    });
    int dead = 0;
    for (int i = 0; i < 300; ++i) {
        owner_lock const fresh(mcp::random_hex(16), state / "owners");
        dead += watcher.lives(fresh.id()) ? 0 : 1;
    }
    done = true;
    sweeping.join();
    CHECK(dead == 0);
}

TEST_CASE("an owner without a directory cannot tell who is dead")
{
    owner_lock const one(mcp::random_hex(16));
    CHECK(one.lives(one.id()));
    CHECK(one.lives(nobody));
    CHECK(!one.lives("nobody's name"));
    CHECK(one.remove_dead() == 0);
}

TEST_CASE("a file in the place of the owners' directory is said")
{
    state_directory const state;
    put(state / "owners");
    CHECK_THROWS_AS(owner_lock(mcp::random_hex(16), state / "owners"), store_error);
}

}  // namespace owner_lock_test
