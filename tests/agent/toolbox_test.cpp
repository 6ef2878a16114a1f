#include "agent/runs/run_log.hpp"
#include "agent/toolbox.hpp"
#include "protocol/rpc/async.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

namespace toolbox_test {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {

// Writes down when it starts and ends.
class recording_tool final : public agent::tool {
public:
    recording_tool(
        std::string name,
        bool reads,
        std::vector<std::string>& log,
        std::chrono::milliseconds time = 1ms)
        : reads_(reads), log_(log), time_(time)
    {
        declaration_.name = std::move(name);
    }
    agent::tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return reads_; }
    awaitable<agent::tool_answer> run(boost::json::object input) override
    {
        auto const n = std::to_string(input.at("n").to_number<int>());
        log_.push_back("+" + n);
        co_await mcp::sleep_for(time_);
        log_.push_back("-" + n);
        agent::tool_answer out;
        out.text = "answer " + n;
        co_return out;
    }

private:
    agent::tool_declaration declaration_;
    bool reads_;
    std::vector<std::string>& log_;
    std::chrono::milliseconds time_;
};

agent::tool_call call(std::string id, std::string name, std::string input)
{
    agent::tool_call out;
    out.id = std::move(id);
    out.name = std::move(name);
    out.input = std::move(input);
    return out;
}

agent::toolbox make_box(std::vector<std::string>& log, agent::run_limits limits = {})
{
    std::vector<std::unique_ptr<agent::tool>> tools;
    tools.push_back(std::make_unique<recording_tool>("read_file", true, log));
    tools.push_back(std::make_unique<recording_tool>("write_file", false, log));
    tools.push_back(std::make_unique<recording_tool>("slow", true, log, 60s));
    return {std::move(tools), limits};
}

std::vector<agent::tool_outcome> run_calls(agent::toolbox& box, std::vector<agent::tool_call> calls)
{
    std::vector<agent::tool_outcome> out;
    auto const ignore = [](agent::tool_report const&) {};
    test::run([](auto& b, auto c, auto& o, auto report) -> awaitable<void> {
        agent::run_log nobody_remembers;
        o = co_await b.run(std::move(c), nobody_remembers, report);
    }(box, std::move(calls), out, ignore));
    return out;
}

}  // namespace

TEST_CASE("calls that only read run together, and a call that writes runs alone and in its place")
{
    std::vector<std::string> log;
    auto box = make_box(log);
    auto const out = run_calls(
        box,
        {call("a", "read_file", R"({"n":1})"),
         call("b", "read_file", R"({"n":2})"),
         call("c", "write_file", R"({"n":3})"),
         call("d", "read_file", R"({"n":4})")});
    REQUIRE(out.size() == 4);
    CHECK(log[0] == "+1");
    CHECK(log[1] == "+2");
    CHECK(log[4] == "+3");
    CHECK(log[5] == "-3");
    CHECK(log[6] == "+4");
    CHECK(out[0].call_id == "a");
    CHECK(out[3].text == "answer 4");
}

TEST_CASE("every call is answered, also an unknown one and one with broken input")
{
    std::vector<std::string> log;
    auto box = make_box(log);
    auto const out = run_calls(
        box,
        {call("a", "Read_File", R"({"n":1})"),
         call("b", "browse", "{}"),
         call("c", "read_file", R"({"n":)"),
         call("d", "read_file", "[]")});
    REQUIRE(out.size() == 4);
    CHECK(!out[0].is_error);
    CHECK(out[1].is_error);
    CHECK(out[1].text.find("read_file, write_file, slow") != std::string::npos);
    CHECK(out[2].is_error);
    CHECK(out[3].is_error);
}

TEST_CASE("a tool that takes too long is stopped and its call answered")
{
    std::vector<std::string> log;
    agent::run_limits limits;
    limits.tool_time = 0s;
    auto box = make_box(log, limits);
    auto const out = run_calls(box, {call("a", "slow", R"({"n":1})")});
    CHECK(out.at(0).is_error);
    CHECK(out.at(0).text.find("was stopped") != std::string::npos);
}

TEST_CASE("calls beyond the limit of a turn are answered without being run")
{
    std::vector<std::string> log;
    agent::run_limits limits;
    limits.tool_calls_a_turn = 1;
    auto box = make_box(log, limits);
    auto const out = run_calls(
        box, {call("a", "read_file", R"({"n":1})"), call("b", "read_file", R"({"n":2})")});
    REQUIRE(out.size() == 2);
    CHECK(!out[0].is_error);
    CHECK(out[1].is_error);
    CHECK(log.size() == 2);
}

}  // namespace toolbox_test
