#pragma once

// A model: one request, one complete turn or one classified error. Implementations live in models/.
// A model makes exactly one attempt; retry.hpp decides whether there is another.

#include "agent/conversation.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// A tool as the model is told of it. `input_schema` is a JSON Schema object.
struct tool_declaration {
    std::string name;
    std::string description;
    boost::json::object input_schema;
};

// Everything here is frozen for a run but the conversation, which only grows.
struct model_request {
    std::vector<std::string> const& system;  // text blocks; the last one ends the cached prefix
    std::vector<tool_declaration const*> const& tools;
    conversation const& messages;
    int max_tokens = 32000;         // thinking included
    std::string effort = "medium";  // low, medium, high, xhigh, max; empty: the provider's default
    std::vector<std::string> omit{};  // optional fields that this host has refused before
};

enum class model_errc {
    none,
    unreachable,       // no connection, reset, TLS failure
    timed_out,         // connect, first byte, stall or total
    broken_stream,     // the answer ended before it was complete, or was not what it claims to be
    authentication,    // 401
    billing,           // 402, and spend limits
    permission,        // 403
    not_found,         // 404: unknown model or wrong base URL
    invalid_request,   // other 4xx
    context_overflow,  // the prompt is too long for the model
    too_large,         // 413
    rate_limited,      // 429
    overloaded,        // 529
    server_error,      // other 5xx
};

struct model_error {
    model_error() = default;
    explicit model_error(model_errc k, std::string text = {}) : kind(k), message(std::move(text)) {}

    model_errc kind = model_errc::none;
    std::string message;     // one line, safe to show: no key, no HTML
    int status = 0;          // HTTP status; 0 without one
    bool retryable = false;  // by the provider's word or the status table (model-apis 1.10)
    bool streaming = false;  // the answer had begun
    std::optional<std::chrono::milliseconds> retry_after;
    std::string request_id;
    token_usage usage;  // of the broken answer, as far as it had said
};

// Visible text as it arrives: for progress only, a turn that breaks is discarded whole.
using text_sink = std::function<void(std::string_view)>;

class model {
public:
    virtual ~model() = default;

    // The model id that requests are made with.
    virtual std::string_view name() const = 0;

    // One attempt. Throws operation_aborted when cancelled, which also ends the transfer; nothing
    // else.
    virtual boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) = 0;
};

}  // namespace agent
