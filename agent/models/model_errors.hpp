#pragma once

// What a failed request to a model API means: pure. Knows the Messages API's bodies, the
// OpenAI-shaped ones of everybody else, and that a proxy in between may answer with HTML or
// nothing. Source: reference/model-apis.md 1.10, 2.3, 2.4.

#include "agent/model.hpp"
#include "agent/models/credentials.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

// A response that is not 200, with the headers that matter; absent ones are empty.
struct failed_response {
    int status = 0;
    std::string_view body;
    std::string_view retry_after_ms;
    std::string_view retry_after;  // seconds or an HTTP date
    std::string_view should_retry;
    std::string_view request_id;
};

// `key` is named where it is refused. `now` is for dates.
model_error classify(
    failed_response const& response,
    credential const& key,
    std::chrono::system_clock::time_point now);

// The data of an event that tells of an error, after a 200.
model_error classify_stream_error(std::string_view data);

// No request is made without one.
model_error missing_key(credential const& key);

// Text of a peer made fit for one line of ours: no control characters, at most `limit` bytes, cut
// between characters.
std::string one_line(std::string_view text, std::size_t limit);

// RFC 9110 10.2.3; nothing if it is neither. Not negative, and at most a week.
std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view ms, std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace agent
