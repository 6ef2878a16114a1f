#include "agent/runs/run_log.hpp"
#include "protocol/json.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

namespace run_log_test {

using boost::asio::awaitable;

namespace {

agent::turn_record turn(std::string text)
{
    agent::turn_record out;
    out.answer.content = R"([{"type":"thinking","signature":"a\/b\u00e9"}])";
    out.answer.text = std::move(text);
    out.answer.stop = agent::stop_reason::tool_use;
    out.answer.calls.push_back({"id", "write_file", "{not json"});
    out.answer.usage.cache_read = 7;
    out.note = "note";
    out.retries = 3;
    out.time_ms = 1234;
    return out;
}

}  // namespace

TEST_CASE("what is written to a log is recalled as it was, byte for byte")
{
    std::vector<std::pair<std::string, std::string>> records;
    agent::run_log log([&](std::string_view kind, std::string payload) -> awaitable<void> {
        records.emplace_back(kind, std::move(payload));
        co_return;
    });
    test::run([](agent::run_log& to) -> awaitable<void> {
        agent::opened_record opened;
        opened.model = "m";
        opened.system = {"one", "two"};
        opened.documentation.resize(1);
        opened.documentation[0].library = "zod";
        co_await to.write(opened);
        auto const first = turn("hello");
        co_await to.write(first);
        agent::tool_record tool;
        tool.call = 1;
        tool.outcome.text = "x";
        tool.effect = boost::json::array{1, "two"};
        co_await to.write(tool);
    }(log));
    CHECK(!log.recalls());
    records.emplace_back(agent::encoded(agent::answer_record{"Drizzle"}));
    records.emplace_back(agent::encoded(agent::follow_up_record{"more"}));

    agent::run_log again;
    for (auto const& [kind, payload] : records)
        again.recall(kind, payload);
    auto const opened = again.opened();
    REQUIRE(opened);
    CHECK(opened->system == std::vector<std::string>{"one", "two"});
    CHECK(opened->documentation.at(0).library == "zod");
    CHECK(again.recalls());
    CHECK(!again.follow_up());
    auto const t = again.next_turn();
    REQUIRE(t);
    CHECK(t->answer.content == turn("").answer.content);
    CHECK(t->answer.calls.at(0).input == "{not json");
    CHECK(t->answer.stop == agent::stop_reason::tool_use);
    CHECK(t->answer.usage.cache_read == 7);
    CHECK(t->time_ms == 1234);
    CHECK(!again.tool(0));
    CHECK(again.tool(1)->effect.at(1) == "two");
    CHECK(again.answer() == "Drizzle");
    CHECK(again.follow_up() == "more");
    CHECK(!again.recalls());
    CHECK(!again.next_turn());
    CHECK(!again.answer());
}

TEST_CASE("what is no record is refused")
{
    agent::run_log log;
    CHECK_THROWS_AS(log.recall("turn", "{"), mcp::decode_error);
    CHECK_THROWS_AS(log.recall("turn", "{}"), mcp::decode_error);
    CHECK_THROWS_AS(log.recall("later", "{}"), mcp::decode_error);
    CHECK_THROWS_AS(log.recall("answer", R"({"text":"x"})"), mcp::decode_error);
}

}  // namespace run_log_test
