#include "agent/retry.hpp"
#include "tests/support.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <deque>

namespace retry_test {

using agent::model_errc;
using agent::model_error;
using boost::system::result;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

model_error failed(model_errc kind, bool retryable = true, std::string message = "It failed")
{
    model_error error(kind, std::move(message));
    error.retryable = retryable;
    return error;
}

agent::turn answered(std::string content)
{
    agent::turn t;
    t.content = std::move(content);
    return t;
}

// Answers with what was put in, and keeps what it was asked.
class scripted final : public agent::model {
public:
    std::deque<result<agent::turn, model_error>> script;
    std::vector<int> max_tokens;
    std::vector<std::vector<std::string>> omitted;
    std::vector<std::string> first_answer;  // as it was sent

    std::string_view name() const override { return "scripted"; }
    asio::awaitable<result<agent::turn, model_error>>
    complete(agent::model_request request, agent::text_sink) override
    {
        max_tokens.push_back(request.max_tokens);
        omitted.push_back(request.omit);
        for (auto const& m : request.messages)
            if (auto const* t = std::get_if<agent::turn>(&m))
                first_answer.push_back(t->content);
        auto next = std::move(script.front());
        script.pop_front();
        co_return next;
    }
};

struct bench {
    scripted model;
    std::vector<std::string> system;
    std::vector<agent::tool_declaration const*> tools;
    agent::conversation messages;
    agent::retry_policy policy;
    agent::retry_budget budget;
    std::vector<agent::retry_notice> notices;
    std::vector<std::chrono::milliseconds> slept;
    std::chrono::steady_clock::time_point now{1h};

    result<agent::turn, model_error> complete()
    {
        result<agent::turn, model_error> out = model_error();
        agent::retry_clock clock;
        clock.now = [this] { return now; };
        clock.random = [] { return 0.0; };
        clock.sleep = [this](std::chrono::milliseconds time) -> asio::awaitable<void> {
            slept.push_back(time);
            now += time;
            co_return;
        };
        test::run(attempt(out, clock));
        return out;
    }

private:
    asio::awaitable<void> attempt(result<agent::turn, model_error>& out, agent::retry_clock clock)
    {
        agent::model_request request{system, tools, messages, 32000, "medium", {}};
        agent::retry_observer observer = [this](agent::retry_notice const& n) {
            notices.push_back(n);
        };
        agent::text_sink no_sink;
        out = co_await agent::complete_with_retries(
            model, request, policy, budget, observer, no_sink, clock);
    }
};

}  // namespace

TEST_CASE("the delay before another attempt doubles up to its limit, less what chance takes off")
{
    agent::retry_policy policy;
    policy.attempts = 100;
    agent::retry_budget const budget;
    auto delay = [&](int failures, double random) {
        return decide(failed(model_errc::overloaded), failures, policy, budget, {}, random).delay;
    };
    CHECK(delay(1, 0) == 500ms);
    CHECK(delay(2, 0) == 1000ms);
    CHECK(delay(4, 0) == 4000ms);
    CHECK(delay(5, 0) == 8000ms);
    CHECK(delay(90, 0) == 8000ms);
    CHECK(delay(1, 1) == 375ms);
    CHECK(delay(5, 0.5) == 7000ms);
}

TEST_CASE("the provider's time to wait is kept, unless it is too long or past the deadline")
{
    agent::retry_policy const policy;
    agent::retry_budget const budget;
    auto error = failed(model_errc::rate_limited);
    error.retry_after = 7s;
    CHECK(decide(error, 1, policy, budget, {}, 0.9).delay == 7s);
    CHECK(decide(error, 1, policy, budget, 8s, 0.9).again);
    auto const late = decide(error, 1, policy, budget, 5s, 0.9);
    CHECK(!late.again);
    CHECK(late.reason == "The next attempt would be in 7 s, but only 5 s are left.");
    CHECK(!decide(error, 1, policy, budget, -1s, 0).again);
    error.retry_after = 1h;
    auto const long_wait = decide(error, 1, policy, budget, {}, 0);
    CHECK(!long_wait.again);
    CHECK(long_wait.reason == "It asks to wait 3600 s: try again then.");
    error.retry_after = 0ms;
    CHECK(decide(error, 1, policy, budget, {}, 0).delay == 500ms);
}

TEST_CASE("attempts, the run's retries and its broken streams each have an end")
{
    agent::retry_policy const policy;
    agent::retry_budget budget;
    auto const error = failed(model_errc::server_error);
    CHECK(decide(error, 3, policy, budget, {}, 0).again);
    CHECK(decide(error, 4, policy, budget, {}, 0).reason == "Gave up after 4 attempts.");
    CHECK(!decide(failed(model_errc::authentication, false), 1, policy, budget, {}, 0).again);
    budget.broken_streams = 0;
    CHECK(decide(error, 1, policy, budget, {}, 0).again);
    CHECK(!decide(failed(model_errc::broken_stream), 1, policy, budget, {}, 0).again);
    auto midway = failed(model_errc::overloaded);
    midway.streaming = true;
    CHECK(!decide(midway, 1, policy, budget, {}, 0).again);
    budget.retries = 0;
    CHECK(!decide(error, 1, policy, budget, {}, 0).again);
}

TEST_CASE("failed attempts are told, counted and waited for until one succeeds")
{
    bench b;
    auto broken = failed(model_errc::broken_stream);
    broken.usage.output = 40;
    b.model.script = {failed(model_errc::overloaded), broken, answered("[]")};
    CHECK(b.complete().has_value());
    CHECK(b.slept == std::vector<std::chrono::milliseconds>{500ms, 1000ms});
    REQUIRE(b.notices.size() == 2);
    CHECK(b.notices[0].error.kind == model_errc::overloaded);
    CHECK(b.notices[1].attempt == 2);
    CHECK(b.budget.retries == 18);
    CHECK(b.budget.broken_streams == 4);
    CHECK(b.budget.lost.output == 40);
}

TEST_CASE("the error that ends the attempts says why there is no other")
{
    bench b;
    for (int i = 0; i < 4; ++i)
        b.model.script.push_back(failed(model_errc::overloaded));
    CHECK(b.complete().error().message == "It failed. Gave up after 4 attempts.");
    b.model.script = {failed(model_errc::permission, false)};
    CHECK(b.complete().error().message == "It failed.");
}

TEST_CASE("no attempt begins when its wait would pass the deadline")
{
    bench b;
    b.policy.deadline = b.now + 700ms;
    b.model.script = {failed(model_errc::overloaded), failed(model_errc::overloaded)};
    auto const error = b.complete().error();
    CHECK(error.kind == model_errc::overloaded);
    CHECK(error.message.find("only 1 s are left") != std::string::npos);
    CHECK(b.slept.size() == 1);
}

TEST_CASE("thinking that is bound elsewhere is left out from the named block on, once")
{
    bench b;
    std::string const think = R"({"type":"thinking","thinking":"","signature":"s"})";
    std::string const text = R"({"type":"text","text":"t"})";
    auto const content = "[" + think + "," + text + "," + think + "]";
    b.messages = {
        agent::user_message{"a"},
        answered(content),
        agent::user_message{"b"},
        answered(content),
        agent::user_message{"c"}};
    auto const refused = failed(
        model_errc::invalid_request,
        false,
        "The model API answered with an error (400, invalid_request_error): messages.1.content.2: "
        "Invalid `signature` in `thinking` block. The block is bound to a different conversation.");
    b.model.script = {refused, answered("[]")};
    CHECK(b.complete().has_value());
    CHECK(b.slept.empty());
    REQUIRE(b.model.first_answer.size() == 4);
    CHECK(b.model.first_answer[2] == "[" + think + "," + text + "]");
    CHECK(b.model.first_answer[3] == "[" + text + "]");
    CHECK(b.notices.at(0).change == "without the thinking that the model API no longer accepts");

    // Remembered, but what was said since then is kept.
    b.messages.emplace_back(answered(content));
    b.messages.emplace_back(agent::user_message{"d"});
    b.model.first_answer.clear();
    b.model.script = {answered("[]")};
    CHECK(b.complete().has_value());
    CHECK(
        b.model.first_answer ==
        std::vector<std::string>{"[" + think + "," + text + "]", "[" + text + "]", content});

    b.model.script = {refused, refused};
    CHECK(b.complete().error().kind == model_errc::invalid_request);
}

TEST_CASE("max_tokens is lowered to the limit that a refusal states, in any of its wordings")
{
    std::pair<char const*, int> const wordings[] = {
        {"max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for "
         "claude-x-4-5",
         8192},
        {"'max_tokens' is too large: 32000. This model's maximum context length is 9000 tokens "
         "(32000 > 9000 - 500).",
         8500},
        {"max_tokens must be at most 4096", 4096},
    };
    for (auto const& [words, limit] : wordings) {
        bench b;
        b.model.script = {
            failed(model_errc::invalid_request, false, words), answered("[]"), answered("[]")};
        CHECK(b.complete().has_value());
        CHECK(b.complete().has_value());
        CHECK(b.model.max_tokens == std::vector<int>{32000, limit, limit});
    }
    bench b;
    b.model.script = {failed(model_errc::invalid_request, false, "max_tokens: Field required")};
    CHECK(!b.complete().has_value());
    b.model.script = {failed(
        model_errc::invalid_request, false, "max_tokens must be below 99999999999999999999")};
    CHECK(!b.complete().has_value());
}

TEST_CASE("an optional field that a host refuses is left out, and remembered")
{
    bench b;
    b.model.script = {
        failed(
            model_errc::invalid_request,
            false,
            "tools.0.custom.strict: Extra inputs are not permitted"),
        answered("[]"),
        answered("[]")};
    CHECK(b.complete().has_value());
    CHECK(b.complete().has_value());
    CHECK(b.model.omitted == std::vector<std::vector<std::string>>{{}, {"strict"}, {"strict"}});
    b.model.script = {
        failed(
            model_errc::invalid_request,
            false,
            "This model does not support the effort parameter."),
        answered("[]")};
    CHECK(b.complete().has_value());
    CHECK(b.model.omitted.back() == std::vector<std::string>{"strict", "output_config"});
    // Neither a field we could not do without, nor a word that merely contains one.
    for (auto words : {"messages: unexpected", "restricted: not supported", "strict is wrong"}) {
        bench other;
        other.model.script = {failed(model_errc::invalid_request, false, words)};
        CHECK(!other.complete().has_value());
    }
}

TEST_CASE("a wait between attempts ends at once when it is cancelled")
{
    asio::io_context ctx{1};
    bench b;
    b.policy.first_delay = 1h;
    b.policy.longest_delay = 1h;
    b.model.script = {failed(model_errc::overloaded)};
    asio::cancellation_signal cancel;
    agent::model_request const request{b.system, b.tools, b.messages, 32000, "medium", {}};
    agent::retry_observer const observer = [&](agent::retry_notice const&) {
        asio::post(ctx, [&] { cancel.emit(asio::cancellation_type::terminal); });
    };
    std::exception_ptr failure;
    asio::co_spawn(
        ctx,
        complete_with_retries(b.model, request, b.policy, b.budget, observer),
        asio::bind_cancellation_slot(
            cancel.slot(),
            [&](std::exception_ptr e, result<agent::turn, model_error>) { failure = e; }));
    ctx.run_for(5s);
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}

}  // namespace retry_test
