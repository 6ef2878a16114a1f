#pragma once

// Whether a failed request to a model is made again, and when. decide() is pure; the coroutine
// below it makes the attempts. A whole turn is retried, never a half, and the tools of earlier
// turns are never run again for it. Source: reference/model-apis.md 1.10, 6.2 items 7 to 11.

#include "agent/model.hpp"
#include "agent/models/recovery.hpp"
#include "agent/rate_gate.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace agent {

struct retry_policy {
    int attempts = 4;  // of one request
    std::chrono::milliseconds first_delay{500};
    std::chrono::milliseconds longest_delay{8'000};   // of our own choosing; doubled up to it
    std::chrono::milliseconds longest_asked{60'000};  // that a provider may ask for
    double jitter = 0.25;  // the share of a delay that chance may take off
    std::optional<std::chrono::steady_clock::time_point> deadline;  // of the whole request
    rate_gate* gate = nullptr;  // of the credential; none: nobody else uses it
};

// What is left for a whole run, and what it has learned. Passed in by reference by the run.
struct retry_budget {
    int retries = 20;
    int broken_streams = 5;  // each of them had to be paid for
    token_usage lost;        // on broken answers, as far as they had said
    learned_limits learned;
};

struct retry_decision {
    bool again = false;
    std::chrono::milliseconds delay{0};
    std::string reason;  // why not; empty if the error alone is the reason
};

// `failures` counts this one. `remaining` is the time to the deadline; `random` is in [0, 1).
retry_decision decide(
    model_error const& error,
    int failures,
    retry_policy const& policy,
    retry_budget const& budget,
    std::optional<std::chrono::milliseconds> remaining,
    double random);

// Told before each wait.
struct retry_notice {
    int attempt = 0;  // the one that failed, from 1
    model_error error;
    std::chrono::milliseconds delay{0};
    std::string change;  // how the next request differs, if it does
    bool held = false;   // no attempt was made: the provider asked another run to wait
};
using retry_observer = std::function<void(retry_notice const&)>;

// What a test replaces.
struct retry_clock {
    std::function<std::chrono::steady_clock::time_point()> now;
    std::function<double()> random;
    std::function<boost::asio::awaitable<void>(std::chrono::milliseconds)> sleep;
};
retry_clock system_clock_for_retries();

// One turn, or the error that ended the attempts, its message completed by why there is no other.
// Throws only operation_aborted. `model`, `budget` and what the request refers to outlive it.
boost::asio::awaitable<boost::system::result<turn, model_error>> complete_with_retries(
    model& model,
    model_request request,
    retry_policy policy,
    retry_budget& budget,
    retry_observer observer = {},
    text_sink on_text = {},
    retry_clock clock = system_clock_for_retries());

}  // namespace agent
