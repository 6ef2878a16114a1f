#include "agent/loop.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

using boost::asio::awaitable;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::string_view wrap_up = "This run is near its limit and this is your last turn: call "
                                     "finish now with what you have, and say in its notes "
                                     "what is missing.";
constexpr std::string_view say_something =
    "Your last turn was empty. Go on with the task, or call finish.";
constexpr std::string_view call_finish =
    "You changed files but did not call finish. Call finish now: it hands the staged files over "
    "with your explanation.";

// One run of the loop: what it keeps between turns.
class turns {
public:
    explicit turns(loop_setup setup) : s_(std::move(setup)), start_(clock::now())
    {
        messages_.emplace_back(user_message{s_.first_message});
        result_.account.model = s_.with.name();
    }

    awaitable<loop_result> run()
    {
        while (!over_) {
            if (auto limit = limit_reached()) {
                end(run_status::stopped, std::move(*limit));
                break;
            }
            s_.progress(
                fmt::format("Thinking (turn {}, {})", result_.account.turns + 1, s_.with.name()));
            auto answer = co_await ask();
            if (!answer) {
                fail(answer.error());
                break;
            }
            account_for(*answer);
            co_await take(std::move(*answer));
        }
        result_.account.usage += budget_.lost;
        result_.account.time_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start_).count();
        co_return std::move(result_);
    }

private:
    awaitable<boost::system::result<turn, model_error>> ask()
    {
        model_request request{s_.system, s_.tools.declarations(), messages_};
        request.max_tokens = s_.max_tokens;
        retry_policy policy;
        policy.deadline = start_ + s_.limits.wall_time;
        retry_observer observer = [this](retry_notice const& notice) {
            ++result_.account.retries;
            s_.progress(
                notice.change.empty()
                    ? fmt::format(
                          "{} Trying again in {:.1f} s",
                          notice.error.message,
                          static_cast<double>(notice.delay.count()) / 1000)
                    : fmt::format("{} Trying again: {}", notice.error.message, notice.change));
        };
        co_return co_await complete_with_retries(s_.with, request, policy, budget_, observer);
    }

    // What to do with a complete turn: model-apis 1.5.
    awaitable<void> take(turn answer)
    {
        result_.text = answer.text;
        if (answer.stop == stop_reason::max_tokens) {
            // Its last tool input may be cut, so nothing of it is run or kept.
            if (longer_)
                end(run_status::stopped,
                    fmt::format("The model's answer did not fit into {} tokens.", s_.max_tokens));
            s_.max_tokens *= 2;
            longer_ = true;
            co_return;
        }
        if (answer.stop == stop_reason::refusal) {
            end(run_status::refused,
                fmt::format(
                    "The model refused this task{}.",
                    answer.stop_detail.empty() ? "" : " (" + answer.stop_detail + ")"));
            co_return;
        }
        if (answer.stop == stop_reason::context_window_exceeded) {
            end(run_status::stopped, "The conversation no longer fits into the model's context.");
            co_return;
        }
        if (answer.stop == stop_reason::pause_turn) {
            messages_.emplace_back(std::move(answer));
            if (++pauses_ > s_.limits.pauses)
                end(run_status::stopped, "The model paused too often.");
            co_return;
        }
        if (answer.stop == stop_reason::unknown) {
            end(run_status::stopped,
                fmt::format("The model stopped for an unknown reason ({}).", answer.stop_detail));
            co_return;
        }
        if (!answer.calls.empty())
            co_await run_tools(std::move(answer));
        else
            take_text(std::move(answer));
    }

    awaitable<void> run_tools(turn answer)
    {
        auto calls = answer.calls;
        calls_ += static_cast<int>(calls.size());
        messages_.emplace_back(std::move(answer));
        auto on_done = [this](tool_report const& report) {
            result_.account.tools.push_back(report);
            s_.progress(fmt::format(
                "{}{}{}{}",
                report.name,
                report.subject.empty() ? "" : ": ",
                report.subject,
                report.ok ? "" : " (failed)"));
        };
        tool_results results;
        results.outcomes = co_await s_.tools.run(std::move(calls), on_done);
        if (s_.finished()) {
            end(run_status::completed, {});
            co_return;
        }
        if (nearly_over())
            results.note = wrap_up;
        messages_.emplace_back(std::move(results));
    }

    // An answer without tool calls ends the run, unless there is something to hand over or nothing
    // was said.
    void take_text(turn answer)
    {
        auto const empty = answer.text.find_first_not_of(" \n\t") == std::string::npos;
        if (!empty && !s_.must_finish()) {
            end(run_status::completed, {});
            return;
        }
        if (++nudges_ > s_.limits.nudges) {
            end(run_status::stopped,
                empty ? "The model gave no answer." : "The model did not hand its work over.");
            return;
        }
        // An empty assistant turn may not be replayed (Messages API: no empty content).
        if (!answer.content.empty() && answer.content != "[]")
            messages_.emplace_back(std::move(answer));
        else if (auto* last = std::get_if<user_message>(&messages_.back())) {
            last->text += "\n\n" + std::string(say_something);
            return;
        } else if (auto* results = std::get_if<tool_results>(&messages_.back())) {
            results->note = say_something;
            return;
        }
        messages_.emplace_back(user_message{std::string(empty ? say_something : call_finish)});
    }

    void account_for(turn const& answer)
    {
        ++result_.account.turns;
        result_.account.usage += answer.usage;
        held_ = answer.usage.total_input() + answer.usage.output;
        if (auto const cost = s_.cost(answer.usage))
            result_.account.cost_usd = result_.account.cost_usd.value_or(0) + *cost;
        if (!answer.model.empty())
            result_.account.model = answer.model;
    }

    std::optional<std::string> limit_reached() const
    {
        auto const& a = result_.account;
        if (a.turns >= s_.limits.turns)
            return fmt::format("Stopped after {} turns (--max-turns).", a.turns);
        if (calls_ > s_.limits.tool_calls)
            return fmt::format("Stopped after {} tool calls.", calls_);
        if (a.usage.output >= s_.limits.output_tokens)
            return fmt::format("Stopped after {} output tokens.", a.usage.output);
        if (s_.limits.cost_usd && a.cost_usd && *a.cost_usd >= *s_.limits.cost_usd)
            return fmt::format(
                "Stopped at an estimated ${:.2f}: the limit is ${:.2f}.",
                *a.cost_usd,
                *s_.limits.cost_usd);
        if (clock::now() - start_ >= s_.limits.wall_time)
            return fmt::format("Stopped after {} minutes.", s_.limits.wall_time.count() / 60);
        return std::nullopt;
    }

    // Wrapping up is cheaper than a conversation that no longer fits (model-apis 6.2 item 24).
    bool nearly_over() const
    {
        auto const& a = result_.account;
        return a.turns + 1 >= s_.limits.turns || (s_.context > 0 && held_ * 5 >= s_.context * 4) ||
               a.usage.output * 5 >= s_.limits.output_tokens * 4 ||
               (s_.limits.cost_usd && a.cost_usd && *a.cost_usd >= *s_.limits.cost_usd * 0.8) ||
               (clock::now() - start_) * 5 >= s_.limits.wall_time * 4;
    }

    void fail(model_error const& error)
    {
        bool const did_something = result_.account.turns > 0;
        auto const status = error.kind == model_errc::context_overflow && did_something
                                ? run_status::stopped
                                : run_status::failed;
        end(status, error.message);
    }

    void end(run_status status, std::string reason)
    {
        over_ = true;
        result_.status = status;
        result_.reason = std::move(reason);
    }

    loop_setup s_;
    clock::time_point start_;
    conversation messages_;
    retry_budget budget_;
    loop_result result_;
    bool over_ = false;
    bool longer_ = false;
    std::int64_t held_ = 0;  // tokens of the conversation so far
    int calls_ = 0;
    int nudges_ = 0;
    int pauses_ = 0;
};

}  // namespace

awaitable<loop_result> run_loop(loop_setup setup)
{
    turns all(std::move(setup));
    co_return co_await all.run();
}

}  // namespace agent
