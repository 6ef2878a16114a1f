#pragma once

// How far one run may go. Reaching a limit is an ending of its own that keeps what was done.
// Defaults: reliability 3.1, model-apis 6.2 items 9, 14, 17.

#include <boost/describe/class.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace agent {

struct run_limits {
    int turns = 25;
    int tool_calls = 200;  // over all turns
    int tool_calls_a_turn = 64;
    int concurrent_tools = 4;
    int finish_refusals = 3;  // while something was not looked up
    int repairs = 3;          // rounds in which the model repairs what the checks find
    int nudges = 2;           // "call finish", after an answer that does not
    int pauses = 5;           // pause_turn resumes
    int questions = 3;        // rounds of questions to the user
    std::int64_t output_tokens = 200'000;
    std::optional<double> cost_usd;    // estimated; without a price of the model it cannot be held
    std::size_t tool_input = 1 << 20;  // bytes
    std::size_t tool_output = 48 << 10;  // bytes that the model sees of one answer
    std::chrono::seconds tool_time{60};
    std::chrono::seconds wall_time{20 * 60};
    std::chrono::seconds docs_time{10};  // all lookups before the first model call
};

}  // namespace agent
