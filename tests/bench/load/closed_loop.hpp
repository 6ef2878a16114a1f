#pragma once

// The load: every client keeps so many calls in flight, and sends the next when one is answered.
// Every answer is checked.

#include "tests/bench/load/channel.hpp"
#include "tests/bench/load/messages.hpp"
#include "tests/bench/load/process.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

using channels = std::vector<std::unique_ptr<channel>>;

struct measured {
    std::uint64_t calls = 0;   // answered right
    std::uint64_t errors = 0;  // answered otherwise, or not at all
    double time = 0;           // seconds
    std::vector<float> micros;
    std::string first_error;

    // Of the round trips, in microseconds; `q` from 0 to 1.
    double quantile(double q);
};

class closed_loop {
public:
    closed_loop(messages& texts, channels& clients, std::size_t depth);
    closed_loop(closed_loop const&) = delete;
    closed_loop& operator=(closed_loop const&) = delete;
    ~closed_loop();

    // For so long, and then until the last answer is there. May be called again.
    measured run(seconds time);

private:
    void issue(std::size_t client);
    void take(std::size_t client, measured& out, bool more);
    void replace(std::size_t client, measured& out, bool more);
    void watch(std::size_t client);
    void add(std::size_t client);

    messages& texts_;
    channels& clients_;
    std::size_t depth_;
    int epoll_;
    std::uint64_t next_id_ = first_id + 1;
    std::vector<clock::time_point> sent_;  // by id; none: not under way
    std::vector<std::size_t> waiting_;     // by client
    std::vector<std::uint32_t> watched_;
    std::size_t outstanding_ = 0;
    clock::time_point last_;
};

}  // namespace bench
