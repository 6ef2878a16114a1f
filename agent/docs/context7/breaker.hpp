#pragma once

// Whether Context7 may be asked now. A quota that is used up, a server that does not answer and a
// key that is refused are not asked after with every question: each would cost its caller seconds.
// Pure; whoever drives it says what time it is. Source: reference/context7.md 2.6, 5 row 3.

#include "agent/docs/documentation.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace agent {

struct breaker_policy {
    std::chrono::seconds quota{600};  // where the answer names no time; doubled each time up to
    std::chrono::seconds most_quota{3600};
    int failures = 3;  // in a row, before a rest of
    std::chrono::seconds rest{30};
    std::chrono::seconds most_rest{600};
    bool opens = true;  // false: every question is asked
};

class breaker {
public:
    using clock = std::chrono::system_clock;

    explicit breaker(breaker_policy policy = {}) : policy_(policy) {}

    // Nothing: ask, and tell what came of it. Else why nobody is asked. After a rest one question
    // may pass, and the others wait for what becomes of it.
    std::optional<docs_error> enter(clock::time_point now);

    void answered();  // also with "not found"
    void failed(docs_error const& why, clock::time_point now);
    void abandoned();  // whoever asked has gone away

    // "until 14:32: quota exceeded (…)"; empty while questions are asked.
    std::string rests(clock::time_point now) const;

private:
    void open(docs_error const& why, clock::time_point now, clock::time_point until);
    bool resting(clock::time_point now) const;

    breaker_policy policy_;
    std::optional<docs_error> why_;  // it is open, or half open
    clock::time_point since_;
    clock::time_point until_;
    bool trial_ = false;
    int in_a_row_ = 0;
    int quotas_ = 0;
    int rests_ = 0;
};

// How long a text asks to wait: "try again in 5 minutes", "Retry-After: 60",
// "resets at 2026-12-01T00:00:00Z". At most a day; nothing where it names no time.
std::optional<std::chrono::seconds>
named_wait(std::string_view text, std::chrono::system_clock::time_point now);

// "14:32", local time; with the date where it is another day than `now`.
std::string
clock_time(std::chrono::system_clock::time_point time, std::chrono::system_clock::time_point now);

}  // namespace agent
