#include "agent/runs/store/journal.hpp"
#include "agent/runs/store/sqlite_run_store.hpp"
#include "state_directory.hpp"
#include "tests/support.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <sqlite3.h>
#include <thread>

namespace journal_test {

namespace asio = boost::asio;
using namespace agent;
using asio::awaitable;
using test::nobody;
using test::row;
using test::state_directory;

namespace fs = std::filesystem;

namespace {

awaitable<void> create(journal& j, std::string id)
{
    auto const given = row(std::move(id), j.self());
    co_await j.with([&](run_store& s) { s.create(given); });
}

awaitable<std::int64_t> append(journal& j, std::string id, std::string payload)
{
    co_return co_await j.with([&](run_store& s) { return s.append(id, "turn", payload); });
}

awaitable<std::vector<run_record>> records(journal& j, std::string id)
{
    co_return co_await j.with([&](run_store& s) { return s.records(id, 0); });
}

// So many at once; the results in the order of asking.
awaitable<std::vector<std::int64_t>> appended_at_once(journal& j, std::string id, int count)
{
    std::vector<awaitable<std::int64_t>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(append(j, id, std::to_string(i)));
    co_return co_await mcp::when_all(std::move(all));
}

sqlite_database& database(run_store& s)
{
    return dynamic_cast<sqlite_run_store&>(s).database();
}

}  // namespace

TEST_CASE("a journal touches nothing before it is used, and then makes its directory")
{
    state_directory const state;
    journal j(state / "deep/state");
    CHECK(!fs::exists(state / "deep"));
    test::run(create(j, "r"));
    CHECK(fs::exists(state / "deep/state/runs.sqlite"));
    CHECK(test::permissions(state / "deep/state") == 0700);
    CHECK(fs::exists(state / ("deep/state/owners/" + j.self() + ".lock")));
    CHECK(j.problem().empty());
}

TEST_CASE("what was journaled is there for the next process, and its lease is free")
{
    state_directory const state;
    {
        journal j(state.path());
        test::run([&]() -> awaitable<void> {
            co_await create(j, "r");
            CHECK(co_await append(j, "r", "one") == 1);
            CHECK(co_await append(j, "r", "two") == 2);
        }());
    }
    CHECK(fs::is_empty(state / "owners"));
    journal j(state.path());
    test::run([&]() -> awaitable<void> {
        auto const found = co_await j.with([](run_store& s) { return s.find("r"); });
        CHECK(found->state == run_state::interrupted);
        CHECK((co_await records(j, "r")).back().payload == "two");
        CHECK(co_await j.with([&](run_store& s) { return s.take("r", j.self()); }));
        CHECK(co_await append(j, "r", "three") == 3);
    }());
}

TEST_CASE("a thousand appends that wait together take few transactions, and keep their order")
{
    state_directory const state;
    journal j(state.path());
    int commits = 0;
    test::run([&]() -> awaitable<void> {
        co_await create(j, "r");
        co_await j.with([&](run_store& s) {
            auto const count = [](void* n) { return ++*static_cast<int*>(n), 0; };
            sqlite3_commit_hook(database(s).handle(), count, &commits);
        });
        auto const numbers = co_await appended_at_once(j, "r", 1000);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            if (numbers[i] != static_cast<std::int64_t>(i + 1))
                FAIL_CHECK("out of order at " << i);
        auto const all = co_await records(j, "r");
        REQUIRE(all.size() == 1000);
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].payload != std::to_string(i))
                FAIL_CHECK("another payload at " << i);
    }());
    CHECK(commits > 0);
    CHECK(commits < 50);
}

TEST_CASE("what one caller throws reaches that caller, and undoes what it wrote alone")
{
    state_directory const state;
    journal j(state.path());
    test::run([&]() -> awaitable<void> {
        co_await create(j, "r");
        std::vector<awaitable<bool>> all;
        for (int i = 0; i < 30; ++i)
            all.push_back([](journal& to, int n) -> awaitable<bool> {
                try {
                    co_await to.with([&](run_store& s) {
                        s.append("r", "turn", std::to_string(n));
                        if (n % 3 == 0)
                            throw std::out_of_range("mine");
                    });
                } catch (std::out_of_range const& e) {
                    co_return n % 3 == 0 && std::string(e.what()) == "mine";
                }
                co_return n % 3 != 0;
            }(j, i));
        for (bool const as_it_should : co_await mcp::when_all(std::move(all)))
            CHECK(as_it_should);
        auto const kept = co_await records(j, "r");
        REQUIRE(kept.size() == 20);
        CHECK(kept[0].payload == "1");
        CHECK(kept[19].payload == "29");
        CHECK(kept[19].sequence == 20);
    }());
    CHECK(j.problem().empty());
}

TEST_CASE("the journal works on a thread of its own and comes back to its caller's")
{
    state_directory const state;
    journal j(state.path());
    test::run([&]() -> awaitable<void> {
        auto const here = std::this_thread::get_id();
        for (int i = 0; i < 3; ++i) {
            auto const there =
                co_await j.with([](run_store&) { return std::this_thread::get_id(); });
            CHECK(there != here);
            CHECK(std::this_thread::get_id() == here);
        }
    }());
}

TEST_CASE("a caller that is cancelled while the journal works still gets what it asked for")
{
    state_directory const state;
    journal j(state.path());
    asio::io_context ctx{1};
    asio::cancellation_signal stop;
    std::promise<void> cancelled;
    std::int64_t number = 0;
    bool went_on = false;
    test::run(create(j, "r"));
    asio::co_spawn(
        ctx,
        [&]() -> awaitable<void> {
            number = co_await j.with([&](run_store& s) {
                cancelled.get_future().wait();
                return s.append("r", "turn", "x");
            });
            co_await asio::post(asio::use_awaitable);
            went_on = true;
        },
        asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    ctx.poll();
    stop.emit(asio::cancellation_type::terminal);
    ctx.poll();
    cancelled.set_value();
    ctx.run();
    CHECK(number == 1);
    CHECK(!went_on);
}

TEST_CASE("a coroutine that is destroyed while it waits for the journal is not written to")
{
    state_directory const state;
    journal j(state.path());
    test::run(create(j, "r"));
    std::atomic<bool> going{false};
    std::atomic<bool> done{false};
    {
        asio::io_context ctx{1};
        auto const leaving = [&]() -> awaitable<void> {
            std::string const payload(100, 'x');  // on the frame
            co_await j.with([&](run_store& s) {
                while (!going)
                    std::this_thread::yield();
                auto const number = s.append("r", "turn", payload);
                done = true;
                return number;
            });
        };
        for (int i = 0; i < 5; ++i)
            asio::co_spawn(ctx, leaving(), asio::detached);
        ctx.poll();
        asio::post(ctx, [] {});  // handlers that are never run, too
        going = true;
    }
    CHECK(done);
    test::run([&]() -> awaitable<void> { CHECK((co_await records(j, "r")).size() == 5); }());
}

TEST_CASE("a journal that ends does first what it was asked for")
{
    state_directory const state;
    {
        asio::io_context ctx{1};
        auto j = std::make_unique<journal>(state.path());
        asio::co_spawn(ctx, create(*j, "r"), asio::detached);
        for (int i = 0; i < 10; ++i)
            asio::co_spawn(
                ctx,
                [](journal& to, int n) -> awaitable<void> {
                    co_await append(to, "r", std::to_string(n));
                }(*j, i),
                asio::detached);
        ctx.poll_one();
        for (int i = 0; i < 10; ++i)
            ctx.poll_one();
        j.reset();
    }
    journal j(state.path());
    test::run([&]() -> awaitable<void> { CHECK((co_await records(j, "r")).size() == 10); }());
}

TEST_CASE("two journals on one directory write at once and lose nothing")
{
    state_directory const state;
    constexpr int each = 150;
    auto const write = [&](std::string own) {
        journal j(state.path());
        test::run([](journal& to, std::string run) -> awaitable<void> {
            co_await create(to, run);
            for (int i = 0; i < each; ++i)
                co_await append(to, run, std::to_string(i));
        }(j, own));
        return j.problem();
    };
    auto one = std::async(std::launch::async, write, "one");
    auto two = std::async(std::launch::async, write, "two");
    CHECK(one.get().empty());
    CHECK(two.get().empty());
    journal j(state.path());
    test::run([&]() -> awaitable<void> {
        for (std::string const run : {"one", "two"}) {
            auto const all = co_await records(j, run);
            REQUIRE(all.size() == each);
            CHECK(all.back().payload == std::to_string(each - 1));
        }
    }());
}

TEST_CASE("of two journals that find the same dead owner's run, one gets it")
{
    state_directory const state;
    constexpr int runs = 40;
    journal first(state.path());
    test::run([&]() -> awaitable<void> {
        co_await first.with([](run_store& s) {
            for (int i = 0; i < runs; ++i)
                s.create(row(std::to_string(i), nobody));
        });
    }());
    auto const take = [](journal& j) {
        std::vector<bool> got;
        test::run([](journal& by, std::vector<bool>& taken) -> awaitable<void> {
            for (int i = 0; i < runs; ++i)
                taken.push_back(co_await by.with(
                    [&](run_store& s) { return s.take(std::to_string(i), by.self()); }));
        }(j, got));
        return got;
    };
    journal second(state.path());
    auto theirs = std::async(std::launch::async, take, std::ref(second));
    auto const ours = take(first);
    auto const others = theirs.get();
    for (std::size_t i = 0; i < runs; ++i)
        CHECK(ours[i] != others[i]);
}

TEST_CASE("one journal sees the run of another that works, leaves it, and can ask it to stop")
{
    state_directory const state;
    journal one(state.path());
    journal two(state.path());
    test::run([&]() -> awaitable<void> {
        co_await create(one, "r");
        auto const seen = co_await two.with([](run_store& s) { return s.find("r"); });
        CHECK(seen->state == run_state::working);
        CHECK(seen->owner == one.self());
        CHECK(!co_await two.with([&](run_store& s) { return s.take("r", two.self()); }));
        co_await two.with([](run_store& s) { s.request_cancel("r"); });
        auto const asked = co_await one.with([](run_store& s) { return s.find("r"); });
        CHECK(asked->cancel_requested);
    }());
}

TEST_CASE("without a directory a journal keeps runs in memory, and says so")
{
    journal j("");
    CHECK(j.problem().find("no directory") != std::string::npos);
    test::run([&]() -> awaitable<void> {
        co_await create(j, "r");
        CHECK(co_await append(j, "r", "x") == 1);
        auto const found = co_await j.with([](run_store& s) { return s.find("r"); });
        CHECK(found->state == run_state::working);
    }());
}

TEST_CASE("a journal sweeps once it is opened")
{
    state_directory const state;
    journal_limits limits;
    limits.bytes = 1'000'000;
    {
        journal j(state.path());
        test::run([&]() -> awaitable<void> {
            co_await j.with([](run_store& s) {
                for (int i = 0; i < 20; ++i) {
                    auto given = row(std::to_string(i), "", run_state::completed);
                    given.outcome = std::string(200'000, 'x');
                    s.create(given);
                }
            });
        }());
    }
    {
        journal(state.path());
    }
    {
        journal j(state.path(), limits);
        test::run([&]() -> awaitable<void> {
            co_await j.with([](run_store&) {});
            auto const left =
                co_await j.with([](run_store& s) { return s.list(std::nullopt, 100).size(); });
            CHECK(left == 4);
        }());
    }
    CHECK(fs::file_size(state / "runs.sqlite") < 1'500'000);
}

}  // namespace journal_test
