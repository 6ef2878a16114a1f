#pragma once

// When a child that keeps ending may be started again: after 0.1 s, doubling to 30 s with each
// failure in a row; not at all while five failures lie within the last minute. Pure: the caller
// brings the time. Source: reliability 3.1.

#include <chrono>
#include <deque>
#include <optional>

namespace agent {

class restart_policy {
public:
    using time = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static constexpr std::chrono::milliseconds first_delay{100};
    static constexpr std::chrono::seconds longest_delay{30};
    static constexpr std::size_t most_failures = 5;
    static constexpr std::chrono::seconds window{60};

    void failed(time now);
    void succeeded() { in_a_row_ = 0; }

    // How long to wait before the next start; nothing: it is left alone for now.
    std::optional<duration> delay(time now) const;

private:
    std::deque<time> failures_;  // the last few
    int in_a_row_ = 0;
};

}  // namespace agent
