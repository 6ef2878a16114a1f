#include "agent/runs/runs.hpp"
#include "tests/agent/runs/store/state_directory.hpp"
#include "tests/support.hpp"

#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

namespace runs_test {

namespace asio = boost::asio;
using namespace agent;
using asio::awaitable;
using test::state_directory;

namespace {

// Answers of a model that all runs of a test share; it waits where it is told to.
struct shared_script {
    explicit shared_script(asio::any_io_executor const& ex) : changed(ex) {}
    std::deque<turn> turns;
    int asked = 0;
    bool held = false;
    mcp::event changed;
};

class scripted_model final : public model {
public:
    explicit scripted_model(shared_script& script) : script_(script) {}
    std::string_view name() const override { return "scripted"; }
    awaitable<boost::system::result<turn, model_error>> complete(model_request, text_sink) override
    {
        ++script_.asked;
        script_.changed.notify();
        while (script_.held)
            co_await script_.changed.wait();
        if (script_.turns.empty())
            co_return model_error(model_errc::not_found, "The script is over.");
        auto next = script_.turns.front();
        script_.turns.pop_front();
        co_return next;
    }

private:
    shared_script& script_;
};

turn says(std::string text)
{
    turn t;
    t.text = std::move(text);
    t.content = R"([{"type":"text"}])";
    t.stop = stop_reason::end_turn;
    return t;
}

turn asks(std::string question)
{
    turn t;
    t.content = R"([{"type":"tool_use"}])";
    t.stop = stop_reason::tool_use;
    t.calls.push_back({"c1", "ask_user", R"({"questions":[{"question":")" + question + "\"}]}"});
    return t;
}

// A process, as far as runs are concerned.
struct process {
    process(
        asio::any_io_executor ex,
        std::string directory,
        shared_script& script,
        runs_limits limits = {})
        : works(setup(script)),
          kept(std::move(directory), journal_limits()),
          all(works, kept, std::move(ex), limits)
    {
    }

    engineer_setup setup(shared_script& script)
    {
        engineer_setup out;
        out.expert.body = "Be good.";
        out.pool = pool.get_executor();
        out.choose_model =
            [&script](std::string, agent::sampling_desk*) -> awaitable<chosen_model> {
            chosen_model m;
            m.with = std::make_unique<scripted_model>(script);
            m.cost = [](token_usage const&) { return std::optional<double>(); };
            co_return m;
        };
        return out;
    }

    asio::thread_pool pool{1};
    engineer works;
    journal kept;
    runs all;
};

run_request task(std::string text)
{
    run_request out;
    out.task = std::move(text);
    return out;
}

awaitable<void> rest(runs::run_ptr run)
{
    while (!run->rests())
        co_await run->changed.wait();
}

awaitable<void> until_asked(shared_script& script, int times)
{
    while (script.asked < times)
        co_await script.changed.wait();
}

}  // namespace

TEST_CASE("a run works by itself; who asks for the same finds it, until its outcome was given")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        script.turns = {says("one"), says("two")};
        script.held = true;
        process p(ex, "", script);
        auto request = task("Do it");
        auto first = co_await p.all.begin(request, "");
        auto second = co_await p.all.begin(request, "");
        CHECK(first == second);
        auto other = co_await p.all.begin(request, "somebody else");
        CHECK(other != first);
        co_await p.all.cancel(other, "Not now.");
        co_await rest(other);
        CHECK(other->state == run_state::cancelled);
        CHECK(other->outcome->reason == "Not now.");

        script.held = false;
        script.changed.notify();
        co_await rest(first);
        CHECK(first->state == run_state::completed);
        CHECK(first->outcome->answer.approach == "one");
        auto again = co_await p.all.begin(request, "");
        CHECK(again == first);
        p.all.set_delivered(first);
        again = co_await p.all.begin(request, "");
        CHECK(again != first);
        co_await rest(again);
        CHECK(again->outcome->answer.approach == "two");

        auto foreign = co_await p.all.find(first->id, "somebody else");
        CHECK(!foreign);
        co_await p.all.stopped();
    }());
}

TEST_CASE("runs beyond their number wait their turn, and are told how many are before them")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        script.turns = {says("a"), says("b")};
        script.held = true;
        runs_limits limits;
        limits.at_once = 1;
        limits.waiting = 2;
        process p(ex, "", script, limits);
        auto one = co_await p.all.begin(task("1"), "");
        auto two = co_await p.all.begin(task("2"), "");
        auto three = co_await p.all.begin(task("3"), "");
        co_await until_asked(script, 1);
        REQUIRE(!three->lines.empty());
        CHECK(three->lines.back().text == "Waiting for a place: 2 runs before this one");
        std::string refused;
        try {
            co_await p.all.begin(task("4"), "");
        } catch (run_error const& e) {
            refused = e.what();
        }
        CHECK(refused.starts_with("Busy: 2 runs wait"));

        co_await p.all.cancel(two, "No longer.");
        co_await rest(two);
        CHECK(three->lines.back().text == "Waiting for a place: 1 run before this one");
        CHECK(script.asked == 1);
        script.held = false;
        script.changed.notify();
        co_await rest(one);
        co_await rest(three);
        CHECK(three->state == run_state::completed);
        co_await p.all.stopped();
    }());
}

TEST_CASE("a run whose process ends is continued by the next one, which pays for no turn again")
{
    state_directory const dir;
    test::run([](std::string directory) -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        auto question = asks("Which ORM?");
        question.calls[0].name = "no_such_tool";  // a turn with an answer of its own
        script.turns = {question, says("done")};
        std::string id;
        {
            process p(ex, directory, script);
            auto run = co_await p.all.begin(task("Do it"), "");
            id = run->id;
            co_await until_asked(script, 1);
            script.held = true;
            co_await until_asked(script, 2);
            co_await p.all.stopped();
            CHECK(run->state == run_state::interrupted);
        }
        script.held = false;
        process p(ex, directory, script);
        auto run = co_await p.all.find(id, "");
        REQUIRE(run);
        CHECK(run->state == run_state::interrupted);
        co_await p.all.go_on(run);
        co_await rest(run);
        CHECK(run->state == run_state::completed);
        CHECK(run->outcome->answer.approach == "done");
        CHECK(run->outcome->account.turns == 2);
        CHECK(script.asked == 3);
        co_await p.all.stopped();
    }(dir.path()));
}

TEST_CASE("a run that asks rests until it is answered, in this process or the next, and takes "
          "further tasks")
{
    state_directory const dir;
    test::run([](std::string directory) -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        script.turns = {asks("Which ORM?"), says("with Drizzle"), says("more")};
        std::string id;
        {
            process p(ex, directory, script);
            auto run = co_await p.all.begin(task("Do it"), "");
            id = run->id;
            co_await rest(run);
            CHECK(run->state == run_state::waiting_for_input);
            REQUIRE(run->outcome->questions.size() == 1);
            CHECK(run->outcome->questions[0].question == "Which ORM?");
            co_await p.all.stopped();
        }
        process p(ex, directory, script);
        auto run = co_await p.all.find(id, "");
        REQUIRE(run);
        CHECK(run->state == run_state::waiting_for_input);
        co_await p.all.say(run, "Drizzle");
        std::string refused;
        try {
            co_await p.all.say(run, "And more");
        } catch (run_error const& e) {
            refused = e.what();
        }
        CHECK(refused.starts_with("This run is at work"));
        co_await rest(run);
        CHECK(run->outcome->answer.approach == "with Drizzle");
        co_await p.all.say(run, "And tests");
        co_await rest(run);
        CHECK(run->outcome->answer.approach == "more");
        CHECK(run->outcome->account.turns == 3);
        CHECK(script.asked == 3);

        co_await p.all.remove(run);
        auto gone = co_await p.all.find(id, "");
        CHECK(!gone);
        co_await p.all.stopped();
    }(dir.path()));
}

TEST_CASE("a run that rests here is seen as another process left it")
{
    state_directory const dir;
    test::run([](std::string directory) -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        script.turns = {asks("Which ORM?"), says("with Drizzle"), asks("And who?")};
        process here(ex, directory, script);
        process there(ex, directory, script);
        auto held = co_await here.all.begin(task("Do it"), "");
        co_await rest(held);
        REQUIRE(held->state == run_state::waiting_for_input);

        auto same = co_await there.all.find(held->id, "");
        co_await there.all.say(same, "Drizzle");
        co_await rest(same);
        auto found = co_await here.all.find(held->id, "");
        CHECK(found == held);
        CHECK(held->state == run_state::completed);
        CHECK(held->outcome->answer.approach == "with Drizzle");
        co_await here.all.stopped();
        co_await there.all.stopped();
    }(dir.path()));
}

TEST_CASE("a run that is cancelled while it waits for an answer keeps what it did")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        turn writes = asks("Which ORM?");
        writes.calls.insert(
            writes.calls.begin(), {"c0", "write_file", R"({"path":"lib/a.ts","content":"a"})"});
        script.turns = {writes};
        process p(ex, "", script);
        auto run = co_await p.all.begin(task("Do it"), "");
        co_await rest(run);
        REQUIRE(run->state == run_state::waiting_for_input);
        co_await p.all.cancel(run, "Enough.");
        CHECK(run->state == run_state::cancelled);
        CHECK(run->outcome->reason == "Enough.");
        REQUIRE(run->outcome->files.size() == 1);
        CHECK(run->outcome->files[0].path == "lib/a.ts");
        co_await p.all.stopped();
    }());
}

TEST_CASE("what is no task is refused, to begin with and to go on with")
{
    test::run([]() -> awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        shared_script script(ex);
        script.turns = {says("one")};
        process p(ex, "", script);
        auto run = co_await p.all.begin(task("Do it"), "");
        co_await rest(run);
        std::string const large(201 << 10, 'x');
        for (auto const& text : {std::string(), std::string(" \n"), large}) {
            std::vector<std::string> refused;
            try {
                co_await p.all.begin(task(text), "");
            } catch (run_error const& e) {
                refused.emplace_back(e.what());
            }
            try {
                co_await p.all.say(run, text);
            } catch (run_error const& e) {
                refused.emplace_back(e.what());
            }
            REQUIRE(refused.size() == 2);
            CHECK(refused[0].starts_with(text == large ? "task: larger" : "task: empty"));
            CHECK(refused[0] == refused[1]);
        }
        co_await p.all.stopped();
    }());
}

}  // namespace runs_test
