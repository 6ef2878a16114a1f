#include "agent/loop.hpp"

#include "agent/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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
        messages_.emplace_back(user_message{std::move(s_.first_message)});
        result_.account.model = s_.models.front().with->name();
    }

    awaitable<loop_result> run()
    {
        for (;;) {
            if (auto more = s_.log.follow_up())
                go_on(*more);
            if (over_)
                break;
            if (auto known = s_.log.next_turn()) {
                budget_.lost = known->lost;
                retries_ = known->retries;
                worked_ = std::chrono::milliseconds(known->time_ms);
                if (known->fallbacks)
                    fall_back_as_before(std::move(*known->fallbacks));
                if (auto* results = std::get_if<tool_results>(&messages_.back()))
                    results->note = std::move(known->note);
                if (!known->cost_usd)
                    known->cost_usd = current().cost(known->answer.usage);
                account_for(known->answer, known->cost_usd);
                co_await take(std::move(known->answer));
                continue;
            }
            if (auto limit = limit_reached()) {
                end(run_status::stopped, std::move(*limit));
                continue;
            }
            co_await take_new_turn();
        }
        if (auto const spent = spent_usd())
            result_.account.cost_usd = *spent;
        result_.account.usage += budget_.lost;
        result_.account.retries = retries_;
        if (!fallbacks_.empty())
            result_.account.fallbacks = std::move(fallbacks_);
        result_.account.time_ms =
            std::chrono::duration_cast<std::chrono::milliseconds>(worked()).count();
        co_return std::move(result_);
    }

private:
    awaitable<void> take_new_turn()
    {
        s_.progress(fmt::format(
            "Thinking (turn {}, {})", result_.account.turns + 1, current().with->name()));
        auto answer = co_await ask();
        if (!answer) {
            if (!may_fall_back(answer.error().kind) || !fall_back(answer.error().message))
                fail(answer.error());
            co_return;
        }
        turn_record done;
        done.answer = std::move(*answer);
        if (auto const* results = std::get_if<tool_results>(&messages_.back()))
            done.note = results->note;
        done.retries = retries_;
        if (!fallbacks_.empty())
            done.fallbacks = fallbacks_;
        done.lost = budget_.lost;
        done.time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(worked()).count();
        done.cost_usd = current().cost(done.answer.usage);
        co_await s_.log.write(done);
        account_for(done.answer, done.cost_usd);
        co_await take(std::move(done.answer));
    }

    awaitable<boost::system::result<turn, model_error>> ask()
    {
        model_request request{s_.system, s_.tools.declarations(), messages_};
        request.max_tokens = current().max_tokens;
        retry_policy policy;
        policy.deadline = clock::now() + (s_.limits.wall_time - (worked() - leg_.worked));
        policy.gate = current().gate;
        retry_observer observer = [this](retry_notice const& notice) {
            if (notice.held)
                return s_.progress(notice.error.message);
            ++retries_;
            s_.progress(
                notice.change.empty()
                    ? fmt::format(
                          "{} Trying again in {:.1f} s",
                          notice.error.message,
                          static_cast<double>(notice.delay.count()) / 1000)
                    : fmt::format("{} Trying again: {}", notice.error.message, notice.change));
        };
        co_return co_await complete_with_retries(
            *current().with, request, policy, budget_, observer);
    }

    // Another task for a run that had ended: it has the limits of a new one.
    void go_on(std::string const& task)
    {
        s_.go_on();
        leg_ = {result_.account, spent_usd().value_or(0), calls_, worked()};
        over_ = longer_ = false;
        nudges_ = pauses_ = 0;
        say(task);
    }

    // After what was said last, as the Messages API wants it.
    void say(std::string_view text)
    {
        auto const add = [text](std::string& to) {
            to += to.empty() ? "" : "\n\n";
            to += text;
        };
        if (auto* last = std::get_if<user_message>(&messages_.back()))
            add(last->text);
        else if (auto* results = std::get_if<tool_results>(&messages_.back()))
            add(results->note);
        else
            messages_.emplace_back(user_message{std::string(text)});
    }

    // What to do with a complete turn: model-apis 1.5.
    awaitable<void> take(turn answer)
    {
        result_.text = answer.text;
        if (answer.stop == stop_reason::max_tokens) {
            // Its last tool input may be cut, so nothing of it is run or kept.
            if (longer_)
                end(run_status::stopped,
                    fmt::format(
                        "The model's answer did not fit into {} tokens.", current().max_tokens));
            current().max_tokens *= 2;
            longer_ = true;
            co_return;
        }
        if (answer.stop == stop_reason::refusal) {
            auto refused = fmt::format(
                "The model refused this task{}.",
                answer.stop_detail.empty() ? "" : " (" + answer.stop_detail + ")");
            if (!fall_back(refused))
                end(run_status::refused, std::move(refused));
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
            if (s_.log.recalls())
                return;
            s_.progress(fmt::format(
                "{}{}{}{}",
                report.name,
                report.subject.empty() ? "" : ": ",
                report.subject,
                report.ok ? "" : " (failed)"));
        };
        tool_results results;
        results.outcomes = co_await s_.tools.run(std::move(calls), s_.log, on_done);
        if (s_.finished())
            end(run_status::completed, {});
        else if (s_.asks())
            end(run_status::needs_input, {});
        else if (nearly_over())
            results.note = wrap_up;
        messages_.emplace_back(std::move(results));
    }

    // An answer without tool calls ends the run, unless there is something to hand over or nothing
    // was said.
    void take_text(turn answer)
    {
        auto const empty = answer.text.find_first_not_of(" \n\t") == std::string::npos;
        // An empty assistant turn may not be replayed (Messages API: no empty content).
        if (!answer.content.empty() && answer.content != "[]")
            messages_.emplace_back(std::move(answer));
        if (!empty && !s_.must_finish()) {
            end(run_status::completed, {});
            return;
        }
        if (++nudges_ > s_.limits.nudges) {
            end(run_status::stopped,
                empty ? "The model gave no answer." : "The model did not hand its work over.");
            return;
        }
        say(empty ? say_something : call_finish);
    }

    void account_for(turn const& answer, std::optional<double> cost)
    {
        auto& account = result_.account;
        ++account.turns;
        account.usage += answer.usage;
        held_ = answer.usage.total_input() + answer.usage.output;
        if (cost)
            account.cost_usd = account.cost_usd.value_or(0) + *cost;
        if (!answer.model.empty())
            account.model = answer.model;
        if (!account.each_turn)
            account.each_turn.emplace();
        account.each_turn->push_back(
            {account.model,
             answer.usage,
             cost,
             retries_ - std::exchange(retries_before_, retries_),
             answer.first_token_ms,
             answer.time_ms});
    }

    std::chrono::steady_clock::duration worked() const
    {
        return worked_ + (s_.log.recalls() ? clock::duration() : clock::now() - start_);
    }

    std::optional<std::string> limit_reached() const
    {
        auto const& a = result_.account;
        if (auto const turns = a.turns - leg_.account.turns; turns >= s_.limits.turns)
            return fmt::format("Stopped after {} turns (--max-turns).", turns);
        if (auto const calls = calls_ - leg_.calls; calls > s_.limits.tool_calls)
            return fmt::format("Stopped after {} tool calls.", calls);
        if (auto const tokens = output_tokens(); tokens >= s_.limits.output_tokens)
            return fmt::format("Stopped after {} output tokens.", tokens);
        if (s_.limits.cost_usd && cost() >= *s_.limits.cost_usd)
            return fmt::format(
                "Stopped at an estimated ${:.2f}: the limit is ${:.2f}.",
                cost(),
                *s_.limits.cost_usd);
        if (worked() - leg_.worked >= s_.limits.wall_time)
            return fmt::format("Stopped after {} minutes.", s_.limits.wall_time.count() / 60);
        return std::nullopt;
    }

    // Wrapping up is cheaper than a conversation that no longer fits (model-apis 6.2 item 24).
    bool nearly_over() const
    {
        return result_.account.turns - leg_.account.turns + 1 >= s_.limits.turns ||
               (current().context > 0 && held_ * 5 >= current().context * 4) ||
               output_tokens() * 5 >= s_.limits.output_tokens * 4 ||
               (s_.limits.cost_usd && cost() >= *s_.limits.cost_usd * 0.8) ||
               (worked() - leg_.worked) * 5 >= s_.limits.wall_time * 4;
    }

    // Of what the limits are held against: what was done since the run was given its task.
    std::int64_t output_tokens() const
    {
        return result_.account.usage.output - leg_.account.usage.output;
    }
    double cost() const { return spent_usd().value_or(0) - leg_.spent_usd; }

    // Answers that broke are paid for, too.
    std::optional<double> spent_usd() const
    {
        auto const lost = current().cost(budget_.lost);
        auto const& known = result_.account.cost_usd;
        if (!known && (!lost || *lost == 0))
            return std::nullopt;
        return known.value_or(0) + lost.value_or(0);
    }

    loop_model& current() { return s_.models[model_]; }
    loop_model const& current() const { return s_.models[model_]; }

    static bool may_fall_back(model_errc kind)
    {
        return kind == model_errc::overloaded || kind == model_errc::rate_limited ||
               kind == model_errc::server_error || kind == model_errc::unreachable ||
               kind == model_errc::timed_out;
    }

    // To the next model for the rest of the run, if there is one. What the models before it have
    // thought is bound to them, and what their hosts do not take is not known of its host.
    bool fall_back(std::string const& reason)
    {
        if (model_ + 1 >= s_.models.size())
            return false;
        fallbacks_.push_back(fmt::format("{}: {}", current().with->name(), reason));
        take_next_model();
        s_.progress(fmt::format("{} Going on with {}.", reason, current().with->name()));
        return true;
    }

    // As far as there are such models now.
    void fall_back_as_before(std::vector<std::string> reasons)
    {
        while (model_ < reasons.size() && model_ + 1 < s_.models.size())
            take_next_model();
        fallbacks_ = std::move(reasons);
    }

    void take_next_model()
    {
        ++model_;
        budget_.learned = {};
        budget_.learned.stripped.push_back({0, 0, messages_.size()});
        result_.account.model = current().with->name();
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

    // What had been done when the run was given the task it works on.
    struct leg {
        run_account account;
        double spent_usd = 0;
        int calls = 0;
        clock::duration worked{};
    };

    loop_setup s_;
    clock::time_point start_;   // of the work that is not recalled
    clock::duration worked_{};  // before
    leg leg_;
    conversation messages_;
    retry_budget budget_;
    loop_result result_;
    std::size_t model_ = 0;               // of s_.models, in use
    std::vector<std::string> fallbacks_;  // why each of those before it is not
    int retries_ = 0;                     // of the run so far
    int retries_before_ = 0;              // of those the turns before this one
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
