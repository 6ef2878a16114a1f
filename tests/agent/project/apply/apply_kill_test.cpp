// A process that is killed at any step of an application, an undo or a recovery: what the next
// start makes of it.

#include "tests/agent/project/apply/small_app.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace apply_kill_test {

namespace fs = std::filesystem;
using agent::apply_outcome;
using test::small_app;

namespace {

// Runs `work` in a process that is killed before its step `at`; true if it came to its end before.
template <class F>
bool survives(int at, F work)
{
    auto const child = ::fork();
    if (child == 0) {
        int step = 0;
        work([&](char const*) {
            if (++step == at)
                ::kill(::getpid(), SIGKILL);
        });
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool apply_until(small_app const& app, int at)
{
    return survives(at, [&](auto const& hook) {
        agent::apply(app.files.root(), small_app::changes(), app.backup(), hook);
    });
}

unsigned mode_of(fs::path const& file)
{
    return static_cast<unsigned>(fs::status(file).permissions());
}

}  // namespace

TEST_CASE("an application that is killed at any step leaves all of the old once it is recovered")
{
    bool ended = false;
    int at = 1;
    for (; !ended && at < 200; ++at) {
        CAPTURE(at);
        small_app const app;
        ended = apply_until(app, at);
        auto const recovered = agent::recover(app.backup());
        CHECK(recovered.outcome != apply_outcome::failed);
        CHECK(recovered.outcome != apply_outcome::conflict);
        CHECK(app.now() == (ended ? small_app::after() : small_app::before()));
        CHECK(mode_of(app.files.path() / "run.mjs") == 0750);
        CHECK(agent::recover(app.backup()).outcome == apply_outcome::nothing);
        if (!ended)
            CHECK_FALSE(fs::exists(app.files.path() / "app/api/users"));
        // And the same changes can be made again.
        if (!ended)
            CHECK(
                agent::apply(app.files.root(), small_app::changes(), app.backup()).outcome ==
                apply_outcome::applied);
    }
    CHECK(ended);
    CHECK(at > 25);
}

TEST_CASE("an undo that is killed at any step is finished by the next start")
{
    bool ended = false;
    int at = 1;
    for (; !ended && at < 200; ++at) {
        CAPTURE(at);
        small_app const app;
        CHECK(
            agent::apply(app.files.root(), small_app::changes(), app.backup()).outcome ==
            apply_outcome::applied);
        ended = survives(at, [&](auto const& hook) { agent::undo(app.backup(), hook); });
        agent::recover(app.backup());
        // Before the journal says that it is being undone, nothing has been.
        bool const untouched = app.now() == small_app::after();
        if (untouched)
            CHECK(agent::undo(app.backup()).outcome == apply_outcome::undone);
        CHECK(app.now() == small_app::before());
        CHECK(mode_of(app.files.path() / "run.mjs") == 0750);
    }
    CHECK(ended);
    CHECK(at > 15);
}

TEST_CASE("a recovery that is killed at any step is finished by the next one")
{
    for (int first = 12; first < 40; first += 3) {
        bool ended = false;
        for (int second = 1; !ended && second < 200; ++second) {
            CAPTURE(first);
            CAPTURE(second);
            small_app const app;
            bool const applied = apply_until(app, first);
            ended = survives(second, [&](auto const& hook) { agent::recover(app.backup(), hook); });
            agent::recover(app.backup());
            CHECK(app.now() == (applied ? small_app::after() : small_app::before()));
        }
        CHECK(ended);
    }
}

TEST_CASE("what somebody saved between the kill and the recovery is kept, and is said")
{
    for (int at = 8; at < 40; ++at) {
        CAPTURE(at);
        small_app const app;
        bool const applied = apply_until(app, at);
        app.files.write("run.mjs", "mine");
        auto const recovered = agent::recover(app.backup());
        auto expected = applied ? small_app::after() : small_app::before();
        expected["run.mjs"] = "mine";
        CHECK(app.now() == expected);
        if (recovered.outcome == apply_outcome::conflict) {
            CHECK(recovered.kept == std::vector<std::string>{"run.mjs"});
            CHECK(recovered.message.find("run.mjs") != std::string::npos);
        }
    }
}

TEST_CASE("a recovery leaves alone what another process is applying")
{
    small_app const app;
    int begun[2];
    REQUIRE(::pipe(begun) == 0);
    auto const child = ::fork();
    if (child == 0) {
        int step = 0;
        agent::apply(app.files.root(), small_app::changes(), app.backup(), [&](char const*) {
            if (++step == 20) {
                if (::write(begun[1], "x", 1) != 1)
                    ::_exit(1);
                ::raise(SIGSTOP);
            }
        });
        ::_exit(0);
    }
    char byte = 0;
    CHECK(::read(begun[0], &byte, 1) == 1);
    int status = 0;
    ::waitpid(child, &status, WUNTRACED);
    auto const left = agent::recover(app.backup());
    CHECK(left.outcome == apply_outcome::nothing);
    CHECK(left.message.find("right now") != std::string::npos);
    ::kill(child, SIGCONT);
    ::waitpid(child, &status, 0);
    ::close(begun[0]);
    ::close(begun[1]);
    CHECK(app.now() == small_app::after());
}

}  // namespace apply_kill_test
