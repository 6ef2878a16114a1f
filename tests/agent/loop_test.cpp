#include "agent/loop.hpp"
#include "tests/support.hpp"

#include <doctest/doctest.h>

#include <deque>

namespace loop_test {

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
    note_tool(std::string name, int& count, int& ran) : count_(count), ran_(ran)
    {
        declaration_.name = std::move(name);
    }
    agent::tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return false; }
    awaitable<agent::tool_answer> run(boost::json::object) override
    {
        ++count_;
        ++ran_;
        agent::tool_answer out;
        out.text = "noted";
        out.effect = true;
        co_return out;
    }
    void restore(boost::json::value const&) override { ++count_; }

private:
    agent::tool_declaration declaration_;
    int& count_;
    int& ran_;
};

struct fixture {
    explicit fixture(std::deque<answer> script) : model(std::move(script)) {}

    agent::loop_result run()
    {
        std::vector<std::unique_ptr<agent::tool>> tools;
        tools.push_back(std::make_unique<note_tool>("note", notes, ran));
        tools.push_back(std::make_unique<note_tool>("finish", finishes, ran));
        agent::toolbox box(std::move(tools), limits);
        agent::loop_setup setup{
            {{&model,
              1000,
              context,
              [](agent::token_usage const& u) {
                  return std::optional(static_cast<double>(u.output) / 100);
              }}},
            box,
            system,
            "task",
            limits,
            [this] { return finishes > 0; },
            [this] { return notes > 0; },
            [] { return false; },
            [this] { finishes = 0; },
            [](std::string_view) {},
            log};
        agent::loop_result out;
        test::run([](auto& s, auto& o) -> awaitable<void> {
            o = co_await agent::run_loop(s);
        }(setup, out));
        return out;
    }

    scripted_model model;
    std::vector<std::string> const system{"system"};
    agent::run_limits limits;
    agent::run_log log;
    std::int64_t context = 0;
    int notes = 0;
    int finishes = 0;
    int ran = 0;
};

}  // namespace

namespace {

// A log that keeps what is written to it, for another run to go the same way.
struct kept_log {
    std::vector<std::pair<std::string, std::string>> records;

    agent::run_log again()
    {
        agent::run_log log([this](std::string_view kind, std::string payload) -> awaitable<void> {
            records.emplace_back(kind, std::move(payload));
            co_return;
        });
        for (auto const& [kind, payload] : records)
            log.recall(kind, payload);
        return log;
    }
};

// What a model was asked with, as text.
std::string shown(agent::conversation const& messages)
{
    std::string out;
    for (auto const& m : messages) {
        if (auto const* user = std::get_if<agent::user_message>(&m))
            out += "user " + user->text + "\n";
        else if (auto const* turn = std::get_if<agent::turn>(&m))
            out += "turn " + turn->content + turn->text + "\n";
        else
            for (auto const& o : std::get<agent::tool_results>(m).outcomes)
                out +=
                    "result " + o.call_id + o.text + std::get<agent::tool_results>(m).note + "\n";
    }
    return out;
}

}  // namespace

TEST_CASE("a run that is recalled asks no model and runs no tool again, and goes on where it was")
{
    std::deque<answer> const script{
        calls("note"),
        says(""),
        calls("note"),
        says("x", agent::stop_reason::pause_turn),
        calls("note"),
        calls("finish")};
    fixture whole(script);
    auto const expected = whole.run();
    REQUIRE(expected.status == agent::run_status::completed);

    // Killed after each record, and continued: the same requests, each once.
    kept_log kept;
    {
        fixture f(script);
        f.log = kept.again();
        f.run();
    }
    auto const all = kept.records;
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        CAPTURE(cut);
        kept.records.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut));
        auto const turns = static_cast<std::size_t>(
            std::ranges::count(kept.records, "turn", &std::pair<std::string, std::string>::first));
        auto const tools = static_cast<int>(cut - turns);
        fixture f(
            std::deque<answer>(script.begin() + static_cast<std::ptrdiff_t>(turns), script.end()));
        f.log = kept.again();
        auto const out = f.run();
        CHECK(out.status == expected.status);
        CHECK(out.account.turns == expected.account.turns);
        CHECK(out.account.usage.output == expected.account.usage.output);
        CHECK(out.account.tools.size() == expected.account.tools.size());
        CHECK(f.ran == 4 - tools);
        REQUIRE(f.model.asked.size() == whole.model.asked.size() - turns);
        for (std::size_t i = 0; i < f.model.asked.size(); ++i)
            CHECK(shown(f.model.asked[i]) == shown(whole.model.asked[turns + i]));
        CHECK(kept.records.size() == all.size());
    }
}

TEST_CASE("a run that has ended gets another task, with the limits of a new one")
{
    kept_log kept;
    {
        fixture f({calls("note"), calls("note")});
        f.limits.turns = 2;
        f.log = kept.again();
        CHECK(f.run().status == agent::run_status::stopped);
    }
    auto const [kind, payload] = agent::encoded(agent::follow_up_record{"Now the tests."});
    kept.records.emplace_back(kind, payload);
    fixture f({calls("note"), calls("finish")});
    f.limits.turns = 2;
    f.log = kept.again();
    auto const out = f.run();
    CHECK(out.status == agent::run_status::completed);
    CHECK(out.account.turns == 4);
    REQUIRE(f.model.asked.size() == 2);
    auto const& results = std::get<agent::tool_results>(f.model.asked[0].back());
    CHECK(results.note.ends_with("Now the tests."));
    // Once more, all of it from memory.
    fixture again({});
    again.limits.turns = 2;
    again.log = kept.again();
    CHECK(again.run().account.turns == 4);
    CHECK(again.model.asked.empty());
}

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

}  // namespace loop_test
