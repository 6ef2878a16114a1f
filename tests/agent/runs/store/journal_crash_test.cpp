// A process that is killed while it journals: what it was told is durable is there for the next.

#include "agent/runs/store/journal.hpp"
#include "state_directory.hpp"
#include "tests/support.hpp"

#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <sstream>
#include <sys/wait.h>

namespace journal_crash_test {

namespace asio = boost::asio;
using namespace agent;
using asio::awaitable;
using test::row;
using test::state_directory;

namespace {

constexpr int runs = 6;

std::string payload_of(std::string const& run, std::int64_t number)
{
    return run + ":" + std::to_string(number) +
           std::string(static_cast<std::size_t>(number % 7) * 700, '.');
}

// Appends without end, and says each sequence number once it is durable. A line is one write.
awaitable<void> append_for_ever(journal& j, std::string run, int out)
{
    auto const given = row(run, j.self());
    co_await j.with([&](run_store& s) { s.create(given); });
    for (std::int64_t i = 1;; ++i) {
        auto const payload = payload_of(run, i);
        auto const number =
            co_await j.with([&](run_store& s) { return s.append(run, "turn", payload); });
        auto const line = run + " " + std::to_string(number) + "\n";
        if (::write(out, line.data(), line.size()) < 0)
            ::_exit(1);
    }
}

[[noreturn]] void journal_until_killed(std::string const& state, int out)
{
    asio::io_context ctx{1};
    journal j(state);
    for (int i = 0; i < runs; ++i)
        asio::co_spawn(ctx, append_for_ever(j, "r" + std::to_string(i), out), asio::detached);
    ctx.run();
    ::_exit(1);
}

// What a child said before it was killed, after so many lines of it.
std::string said_before_death(std::string const& state, long lines)
{
    int pipe[2];
    if (::pipe(pipe) != 0)
        return "";
    auto const child = ::fork();
    if (child == 0) {
        ::close(pipe[0]);
        journal_until_killed(state, pipe[1]);
    }
    ::close(pipe[1]);
    std::string said;
    std::array<char, 4096> buffer{};
    bool killed = false;
    while (true) {
        auto const n = ::read(pipe[0], buffer.data(), buffer.size());
        if (n <= 0)
            break;
        said.append(buffer.data(), static_cast<std::size_t>(n));
        if (!killed && std::count(said.begin(), said.end(), '\n') >= lines) {
            ::kill(child, SIGKILL);
            killed = true;
        }
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? said : "";
}

}  // namespace

TEST_CASE(
    "after a kill every append that was durable is there once and in order, and the lease is free")
{
    for (long const lines : {20, 90, 250}) {
        state_directory const state;
        std::istringstream said(said_before_death(state.path(), lines));
        std::map<std::string, std::int64_t> durable;
        std::string run;
        for (std::int64_t number = 0; said >> run >> number;)
            durable[run] = number;
        REQUIRE(durable.size() == runs);
        journal j(state.path());
        test::run([&]() -> awaitable<void> {
            for (auto const& [id, last] : durable) {
                auto const name = id;
                auto const kept = co_await j.with([&](run_store& s) { return s.records(name, 0); });
                // One more may have been durable when its process died before it could say so.
                CHECK(kept.size() >= static_cast<std::size_t>(last));
                CHECK(kept.size() <= static_cast<std::size_t>(last) + 1);
                std::int64_t expected = 1;
                for (auto const& record : kept) {
                    CHECK(record.sequence == expected);
                    CHECK(record.payload == payload_of(name, expected));
                    ++expected;
                }
                auto const found = co_await j.with([&](run_store& s) { return s.find(name); });
                CHECK(found->state == run_state::interrupted);
                CHECK(co_await j.with([&](run_store& s) { return s.take(name, j.self()); }));
            }
        }());
        CHECK(j.problem().empty());
        std::size_t owners = 0;
        for (auto const& file : std::filesystem::directory_iterator(state / "owners"))
            owners += file.path().filename() == j.self() + ".lock" ? 1 : 100;
        CHECK(owners == 1);
    }
}

}  // namespace journal_crash_test
