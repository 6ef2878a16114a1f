#include "agent/retry.hpp"

#include "protocol/rpc/async.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

namespace agent {

namespace asio = boost::asio;
using boost::system::result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

bool is_broken(model_error const& error)
{
    return error.streaming || error.kind == model_errc::broken_stream;
}

std::string seconds(milliseconds time)
{
    return fmt::format("{} s", (time.count() + 999) / 1000);
}

std::string sentence(std::string text)
{
    if (!text.empty() && text.back() != '.')
        text += '.';
    return text;
}

model_error given_up(model_error error, std::string const& reason)
{
    error.message = sentence(std::move(error.message));
    if (!reason.empty())
        error.message += " " + reason;
    return error;
}

// The deadline is the caller's, so what does not fit into it is not another attempt's business.
asio::awaitable<result<turn, model_error>> attempt(
    model& model, model_request request, text_sink on_text, std::optional<milliseconds> remaining)
{
    auto task = model.complete(std::move(request), std::move(on_text));
    if (!remaining)
        co_return co_await std::move(task);
    try {
        co_return co_await mcp::with_timeout(std::move(task), *remaining);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
    }
    co_return model_error(
        model_errc::timed_out, "The model did not answer in the time that was left.");
}

}  // namespace

retry_decision decide(
    model_error const& error,
    int failures,
    retry_policy const& policy,
    retry_budget const& budget,
    std::optional<milliseconds> remaining,
    double random)
{
    auto no = [](std::string why) {
        return retry_decision{false, milliseconds(0), std::move(why)};
    };
    if (!error.retryable)
        return no({});
    if (failures >= policy.attempts)
        return no(fmt::format("Gave up after {} attempts.", failures));
    if (budget.retries <= 0)
        return no("This run has made all the retries it may make.");
    if (is_broken(error) && budget.broken_streams <= 0)
        return no("Too many answers of this run have broken off.");

    retry_decision yes{true, milliseconds(0), {}};
    if (error.retry_after && error.retry_after->count() > 0) {
        yes.delay = *error.retry_after;
        if (yes.delay > policy.longest_asked)
            return no(fmt::format("It asks to wait {}: try again then.", seconds(yes.delay)));
    } else {
        auto const doubled = policy.first_delay * (1LL << std::clamp(failures - 1, 0, 20));
        auto const full = std::min<milliseconds>(doubled, policy.longest_delay);
        yes.delay = milliseconds(std::int64_t(
            double(full.count()) * (1 - std::clamp(random, 0.0, 1.0) * policy.jitter)));
    }
    if (remaining && yes.delay >= *remaining)
        return no(fmt::format(
            "The next attempt would be in {}, but only {} are left.",
            seconds(yes.delay),
            seconds(std::max(*remaining, milliseconds(0)))));
    return yes;
}

retry_clock system_clock_for_retries()
{
    retry_clock clock;
    clock.now = [] { return steady_clock::now(); };
    clock.random = [engine = std::minstd_rand(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(engine);
    };
    clock.sleep = [](milliseconds time) { return mcp::sleep_for(time); };
    return clock;
}

namespace {

bool asks_to_wait(model_error const& error)
{
    return error.kind == model_errc::rate_limited || error.kind == model_errc::overloaded;
}

// One attempt, when the gate lets it through. `delay` tells how long a refusal makes this request
// wait, and so all.
asio::awaitable<result<turn, model_error>> gated_attempt(
    model& model,
    model_request request,
    text_sink on_text,
    retry_policy const& policy,
    std::function<std::optional<milliseconds>()> remaining,
    retry_observer const& observer)
{
    if (!policy.gate)
        co_return co_await attempt(model, std::move(request), std::move(on_text), remaining());
    if (auto const left = std::chrono::ceil<milliseconds>(policy.gate->left()); left.count() > 0) {
        auto const time = remaining();
        model_error held(
            model_errc::rate_limited, fmt::format("The provider asks to wait {}.", seconds(left)));
        if (time && left >= *time)
            co_return held;
        if (observer)
            observer({0, std::move(held), left, {}, true});
    }
    auto ticket = co_await policy.gate->pass();
    auto outcome = co_await attempt(model, std::move(request), std::move(on_text), remaining());
    if (outcome)
        ticket.served();
    else if (asks_to_wait(outcome.error()))
        ticket.refused(std::min(
            outcome.error().retry_after.value_or(policy.first_delay), policy.longest_asked));
    co_return outcome;
}

}  // namespace

asio::awaitable<result<turn, model_error>> complete_with_retries(
    model& model,
    model_request request,
    retry_policy policy,
    retry_budget& budget,
    retry_observer observer,
    text_sink on_text,
    retry_clock clock)
{
    auto remaining = [&]() -> std::optional<milliseconds> {
        if (!policy.deadline)
            return std::nullopt;
        return std::chrono::duration_cast<milliseconds>(*policy.deadline - clock.now());
    };
    std::set<std::pair<recovery::kind, std::string>> tried;  // a kind once, or once for a field
    conversation storage;
    for (int attempts = 1, failures = 1;; ++attempts) {
        auto amended_request = amended(request, budget.learned, storage);
        auto outcome =
            co_await gated_attempt(model, amended_request, on_text, policy, remaining, observer);
        if (outcome)
            co_return outcome;
        retry_notice notice{attempts, outcome.error(), milliseconds(0), {}};
        budget.lost += notice.error.usage;

        auto const found = recovery_for(notice.error, amended_request);
        if (found.what != recovery::kind::none && tried.emplace(found.what, found.field).second) {
            remember(found, budget.learned);
            notice.change = found.text();
        } else {
            auto const decision =
                decide(notice.error, failures++, policy, budget, remaining(), clock.random());
            if (!decision.again)
                co_return given_up(std::move(notice.error), decision.reason);
            --budget.retries;
            budget.broken_streams -= is_broken(notice.error);
            notice.delay = decision.delay;
        }
        if (observer)
            observer(notice);
        if (notice.delay.count() > 0)
            co_await clock.sleep(notice.delay);
    }
}

}  // namespace agent
