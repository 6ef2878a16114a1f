#include "agent/loop.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

#include <deque>

using boost::asio::awaitable;

namespace {

using answer = boost::system::result<agent::turn, agent::model_error>;

agent::turn says(std::string text, agent::stop_reason stop = agent::stop_reason::end_turn)
{
    agent::turn t;
    t.content = R"([{"type":"text","text":"…"}])";
    t.text = std::move(text);
    t.stop = stop;
    t.usage.output = 10;
    return t;
}

agent::turn calls(std::string tool, std::string input = "{}")
{
    auto t = says("", agent::stop_reason::tool_use);
    agent::tool_call c;
    c.id = "call_1";
    c.name = std::move(tool);
    c.input = std::move(input);
    t.calls.push_back(std::move(c));
    return t;
}

// Answers from a list, and keeps what it was asked with.
class scripted_model final : public agent::model {
public:
    explicit scripted_model(std::deque<answer> script) : script_(std::move(script)) {}
    std::string_view name() const override { return "scripted"; }
    awaitable<answer> complete(agent::model_request request, agent::text_sink) override
    {
        asked.push_back(request.messages);
        max_tokens.push_back(request.max_tokens);
        if (script_.empty())
            co_return calls("note");
        auto next = script_.front();
        script_.pop_front();
        co_return next;
    }
    std::vector<agent::conversation> asked;
    std::vector<int> max_tokens;

private:
    std::deque<answer> script_;
};

class note_tool final : public agent::tool {
public:
    note_tool(std::string name, int& count) : count_(count) { declaration_.name = std::move(name); }
    agent::tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return false; }
    awaitable<agent::tool_answer> run(boost::json::object) override
    {
        ++count_;
        agent::tool_answer out;
        out.text = "noted";
        co_return out;
    }

private:
    agent::tool_declaration declaration_;
    int& count_;
};

struct fixture {
    explicit fixture(std::deque<answer> script) : model(std::move(script)) {}

    agent::loop_result run()
    {
        std::vector<std::unique_ptr<agent::tool>> tools;
        tools.push_back(std::make_unique<note_tool>("note", notes));
        tools.push_back(std::make_unique<note_tool>("finish", finishes));
        agent::toolbox box(std::move(tools), limits);
        agent::loop_setup setup{
            model,
            box,
            {"system"},
            "task",
            limits,
            1000,
            context,
            [this] { return finishes > 0; },
            [this] { return notes > 0; },
            [](agent::token_usage const& u) {
                return std::optional(static_cast<double>(u.output) / 100);
            },
            [](std::string_view) {}};
        agent::loop_result out;
        test::run([](auto& s, auto& o) -> awaitable<void> {
            o = co_await agent::run_loop(s);
        }(setup, out));
        return out;
    }

    scripted_model model;
    agent::run_limits limits;
    std::int64_t context = 0;
    int notes = 0;
    int finishes = 0;
};

}  // namespace

TEST_CASE("plain text ends a run that has nothing to hand over")
{
    fixture f({says("Use a design tool for that; the route handler would be …")});
    auto const out = f.run();
    CHECK(out.status == agent::run_status::completed);
    CHECK(out.text.starts_with("Use a design tool"));
    CHECK(out.account.turns == 1);
}

TEST_CASE("tool calls are answered in the next message, until finish is accepted")
{
    fixture f({calls("note"), calls("finish")});
    auto const out = f.run();
    CHECK(out.status == agent::run_status::completed);
    REQUIRE(f.model.asked.size() == 2);
    auto const& second = f.model.asked[1];
    REQUIRE(second.size() == 3);
    auto const& results = std::get<agent::tool_results>(second[2]);
    CHECK(results.outcomes.at(0).call_id == "call_1");
    CHECK(results.outcomes.at(0).text == "noted");
    CHECK(out.account.tools.size() == 2);
    CHECK(out.account.usage.output == 20);
}

TEST_CASE(
    "a model that changed files and only talks is told to call finish, a bounded number of times")
{
    fixture f({calls("note"), says("done"), says("done"), says("done")});
    auto const out = f.run();
    CHECK(out.status == agent::run_status::stopped);
    REQUIRE(f.model.asked.size() == 4);
    CHECK(
        std::get<agent::user_message>(f.model.asked[2].back()).text.find("Call finish") !=
        std::string::npos);
}

TEST_CASE("an answer cut at max_tokens is thrown away and asked for again with more room, once")
{
    fixture f({says("cut", agent::stop_reason::max_tokens), says("whole")});
    CHECK(f.run().text == "whole");
    CHECK(f.model.max_tokens == std::vector<int>{1000, 2000});
    CHECK(f.model.asked[1].size() == 1);

    fixture twice(
        {says("cut", agent::stop_reason::max_tokens), says("cut", agent::stop_reason::max_tokens)});
    CHECK(twice.run().status == agent::run_status::stopped);
}

TEST_CASE("refusal, unknown stop reasons and a full context each end the run with a sentence")
{
    auto refused = says("", agent::stop_reason::refusal);
    refused.stop_detail = "cyber";
    fixture a({refused});
    auto const out = a.run();
    CHECK(out.status == agent::run_status::refused);
    CHECK(out.reason.find("cyber") != std::string::npos);

    auto odd = says("", agent::stop_reason::unknown);
    odd.stop_detail = "lunch";
    fixture b({odd});
    CHECK(b.run().reason.find("lunch") != std::string::npos);
    fixture c({says("", agent::stop_reason::context_window_exceeded)});
    CHECK(c.run().status == agent::run_status::stopped);
}

TEST_CASE("a paused turn is sent back as it is, a bounded number of times")
{
    std::deque<answer> script(6, says("…", agent::stop_reason::pause_turn));
    fixture f(script);
    CHECK(f.run().status == agent::run_status::stopped);
    CHECK(f.model.asked.size() == 6);
    CHECK(std::holds_alternative<agent::turn>(f.model.asked[1].back()));
}

TEST_CASE("a limit ends the run, and the last allowed turn is told so")
{
    fixture f({});
    f.limits.turns = 3;
    auto const out = f.run();
    CHECK(out.status == agent::run_status::stopped);
    CHECK(out.reason.find("3 turns") != std::string::npos);
    CHECK(
        std::get<agent::tool_results>(f.model.asked[2].back()).note.find("last turn") !=
        std::string::npos);

    fixture money({});
    money.limits.cost_usd = 0.15;
    CHECK(money.run().reason.find("$0.15") != std::string::npos);
}

TEST_CASE("a conversation that fills the model's context is told to end")
{
    fixture f({calls("note"), calls("finish")});
    f.context = 12;
    f.run();
    CHECK(
        std::get<agent::tool_results>(f.model.asked[1].back()).note.find("near its limit") !=
        std::string::npos);
}

TEST_CASE("an empty answer is asked for again without an empty turn in the history")
{
    auto empty = says("");
    empty.content = "[]";
    fixture f({empty, says("now")});
    CHECK(f.run().text == "now");
    REQUIRE(f.model.asked[1].size() == 1);
    CHECK(
        std::get<agent::user_message>(f.model.asked[1][0]).text.find("was empty") !=
        std::string::npos);
}

TEST_CASE("a model that cannot be asked fails the run with its sentence")
{
    agent::model_error e(
        agent::model_errc::authentication,
        "The model API refused the key (401): check ANTHROPIC_API_KEY.");
    fixture f({e});
    auto const out = f.run();
    CHECK(out.status == agent::run_status::failed);
    CHECK(out.reason.find("ANTHROPIC_API_KEY") != std::string::npos);
}
