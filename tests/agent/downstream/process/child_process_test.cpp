#include "agent/downstream/process/child_process.hpp"
#include "tests/support.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace child_process_test {

namespace asio = boost::asio;
using agent::child_command;
using agent::child_process;
using asio::awaitable;

namespace {

child_command shell(std::string script)
{
    child_command command;
    command.argv = {"sh", "-c", std::move(script)};
    command.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
    return command;
}

awaitable<std::string> line(child_process& child)
{
    std::string text;
    auto buffer = asio::dynamic_buffer(text);
    auto const n = co_await asio::async_read_until(child.out, buffer, '\n', asio::use_awaitable);
    co_return text.substr(0, n - 1);
}

// A zombie is not alive: whose parent is gone waits for init to reap it.
bool alive(int pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
    auto const name_end = text.rfind(')');
    return name_end != std::string::npos && text.compare(name_end, 3, ") Z") != 0;
}

awaitable<bool> gone(int pid)
{
    for (int i = 0; i < 200 && alive(pid); ++i)
        co_await mcp::sleep_for(std::chrono::milliseconds(10));
    co_return !alive(pid);
}

bool no_children()
{
    return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

}  // namespace

TEST_CASE("a child gets its input and gives its output, and its end is told")
{
    test::run([]() -> awaitable<void> {
        child_process child(
            co_await asio::this_coro::executor, shell("read x; echo $GREETING $x; exit 3"));
        std::string const input = "world\n";
        co_await asio::async_write(child.in, asio::buffer(input), asio::use_awaitable);
        CHECK(co_await line(child) == "hello world");
        CHECK(co_await child.wait() == "exited with code 3");
        CHECK(no_children());
    }());
}

TEST_CASE("a child inherits nothing but its three pipes and the given environment")
{
    ::setenv("NBE_TEST_SECRET", "do not tell", 1);
    int const leaked = ::open("/dev/null", O_RDONLY);
    test::run([]() -> awaitable<void> {
        child_process child(
            co_await asio::this_coro::executor,
            shell("echo $(ls /proc/self/fd | wc -l) [$NBE_TEST_SECRET]"));
        CHECK(co_await line(child) == "4 []");  // the fourth is ls reading the directory
    }());
    ::close(leaked);
    ::unsetenv("NBE_TEST_SECRET");
}

TEST_CASE("a child runs in the directory that it is given")
{
    test::run([]() -> awaitable<void> {
        auto command = shell("pwd");
        command.directory = "/usr/bin";
        child_process child(co_await asio::this_coro::executor, std::move(command));
        CHECK(co_await line(child) == std::filesystem::canonical("/usr/bin").string());
    }());
}

TEST_CASE("a command that cannot be started is named in the error")
{
    auto const message = [](std::vector<std::string> argv) -> std::string {
        asio::io_context ctx;
        child_command command;
        command.argv = std::move(argv);
        command.environment = {"PATH=/usr/bin::relative:/bin"};
        try {
            child_process child(ctx.get_executor(), std::move(command));
        } catch (agent::spawn_error const& e) {
            return e.what();
        }
        return "started";
    };
    CHECK(
        message({"no-such-program"}).find("no-such-program: it is in no directory of PATH") !=
        std::string::npos);
    CHECK(
        message({"/no/such/file"}).find("/no/such/file: it is not an executable file") !=
        std::string::npos);
    CHECK(message({"/usr/bin"}).find("not an executable file") != std::string::npos);
    CHECK(message({}) == "the command to start is empty");
    CHECK(message({""}) == "the command to start is empty");
    CHECK(no_children());
}

TEST_CASE("what a child says on stderr is drained, and its end is kept, sanitized")
{
    test::run([]() -> awaitable<void> {
        child_process child(
            co_await asio::this_coro::executor,
            shell("i=0; while [ $i -lt 3000 ]; do echo 'a line of complaints, again and again' >&2;"
                  " i=$((i+1)); done; printf '\\033[31mthe end\\n' >&2"));
        CHECK(co_await child.wait() == "exited with code 0");
        auto const tail = child.stderr_tail();
        CHECK(tail.size() <= 4096);
        CHECK(tail.ends_with("[31mthe end\n"));
        CHECK(tail.find('\033') == std::string::npos);
    }());
}

TEST_CASE("a child that ignores SIGTERM is killed after the grace, with its descendants")
{
    int leader = 0, descendant = 0;
    test::run([](int& leader, int& descendant) -> awaitable<void> {
        auto command = shell("trap '' TERM; (trap '' TERM; sleep 60) & echo $!; wait; sleep 60");
        command.grace = std::chrono::milliseconds(100);
        {
            child_process child(co_await asio::this_coro::executor, std::move(command));
            leader = child.pid();
            descendant = std::stoi(co_await line(child));
            CHECK(alive(descendant));
        }
        CHECK(alive(leader));  // the destructor does not wait
        CHECK(co_await gone(leader));
        CHECK(co_await gone(descendant));
        CHECK(no_children());
    }(leader, descendant));
}

TEST_CASE("descendants of a child that has ended by itself do not stay behind")
{
    test::run([]() -> awaitable<void> {
        child_process child(co_await asio::this_coro::executor, shell("sleep 60 & echo $!"));
        auto const descendant = std::stoi(co_await line(child));
        CHECK(co_await child.wait() == "exited with code 0");
        CHECK(co_await gone(descendant));
    }());
}

TEST_CASE("a loop that is destroyed first leaves neither a child nor a zombie")
{
    int pid = 0;
    {
        asio::io_context ctx;
        auto command = shell("trap '' TERM; sleep 60");
        child_process child(ctx.get_executor(), std::move(command));
        pid = child.pid();
        ctx.poll();
        CHECK(alive(pid));
        // `child` asks it to end; destroying `ctx` is what ends it.
        child_process moved_out(ctx.get_executor(), shell("exec sleep 60"));
    }
    CHECK(no_children());
    CHECK(!alive(pid));
}

TEST_CASE("a killed child reports the signal at once")
{
    test::run([]() -> awaitable<void> {
        child_process child(co_await asio::this_coro::executor, shell("exec sleep 60"));
        child.kill();
        CHECK(co_await child.wait() == "killed by signal 9");
    }());
}

}  // namespace child_process_test
