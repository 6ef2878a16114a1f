#pragma once

// What was said between us and a model, as values. A conversation only grows: what a model answered
// is kept as received and replayed byte for byte, because its thinking blocks are signed over
// everything before them (Messages API, "preserved thinking") and because a changed prefix is a
// cache miss.

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace agent {

struct tool_call {
    std::string id;
    std::string name;
    std::string input;  // JSON text as the model wrote it; not necessarily valid
};
BOOST_DESCRIBE_STRUCT(tool_call, (), (id, name, input))

struct tool_outcome {
    std::string call_id;
    std::string text;
    bool is_error = false;
};
BOOST_DESCRIBE_STRUCT(tool_outcome, (), (call_id, text, is_error))

// Why the model stopped, in the Messages API's words. `unknown` is every word we do not know.
enum class stop_reason {
    end_turn,
    tool_use,
    max_tokens,
    stop_sequence,
    pause_turn,
    refusal,
    context_window_exceeded,
    unknown,
};
BOOST_DESCRIBE_ENUM(
    stop_reason,
    end_turn,
    tool_use,
    max_tokens,
    stop_sequence,
    pause_turn,
    refusal,
    context_window_exceeded,
    unknown)

// Tokens of one turn or of a whole run. Input that is neither read from nor written to the cache is
// `input`.
struct token_usage {
    std::int64_t input = 0;
    std::int64_t cache_write_5m = 0;
    std::int64_t cache_write_1h = 0;
    std::int64_t cache_read = 0;
    std::int64_t output = 0;    // thinking included
    std::int64_t thinking = 0;  // the part of `output` that was thinking, where the provider says

    std::int64_t total_input() const
    {
        return input + cache_write_5m + cache_write_1h + cache_read;
    }

    // The share of the input that was read from the cache, in percent.
    int cached_percent() const
    {
        auto const all = total_input();
        return all > 0 ? static_cast<int>(cache_read * 100 / all) : 0;
    }

    token_usage& operator+=(token_usage const& other)
    {
        input += other.input;
        cache_write_5m += other.cache_write_5m;
        cache_write_1h += other.cache_write_1h;
        cache_read += other.cache_read;
        output += other.output;
        thinking += other.thinking;
        return *this;
    }
};
BOOST_DESCRIBE_STRUCT(
    token_usage, (), (input, cache_write_5m, cache_write_1h, cache_read, output, thinking))

// One complete answer of a model.
struct turn {
    std::string content;  // the provider's own JSON of it, verbatim: for the Messages API the
                          // `content` array
    std::string text;     // its visible text
    std::vector<tool_call> calls;
    stop_reason stop = stop_reason::unknown;
    std::string stop_detail;  // refusal category, or the word behind `unknown`
    token_usage usage;
    std::string model;       // as the provider reports it
    std::string request_id;  // for support; may be empty
    // Since the request was sent; nothing where nobody measured.
    std::optional<std::int64_t> first_token_ms;  // until the answer began
    std::optional<std::int64_t> time_ms;         // until it was complete
};
BOOST_DESCRIBE_STRUCT(
    turn,
    (),
    (content, text, calls, stop, stop_detail, usage, model, request_id, first_token_ms, time_ms))

struct user_message {
    std::string text;
};

// Answers every call of the turn before it, in its order; `note` is user text after the results.
struct tool_results {
    std::vector<tool_outcome> outcomes;
    std::string note;
};

using conversation = std::vector<std::variant<user_message, turn, tool_results>>;

}  // namespace agent
