#pragma once

// Puts the questions of a handler (input_required) to its client in the way of the request's era.
//   modern (basic/patterns/mrtr): they are the result, and with the client's retry the handler runs
//     again. Its state travels with the client, sealed: for this call, this principal, one use and
//     ten minutes.
//   legacy: they are requests to the client, one after the other, and then the handler runs again.
// Either way only what the client declared it can answer is asked: -32021 otherwise.

#include "protocol/sealed.hpp"
#include "server/request_context.hpp"
#include "server/step.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace server {

// The call that a handler works on, as far as questions need it.
struct questioned_call {
    std::string_view method;
    std::string_view name;  // of the tool or prompt, or the URI
    mcp::json::value const* arguments = nullptr;
    std::optional<mcp::json::object> responses;
    std::optional<std::string> state;
};

class questions {
public:
    using run_function = std::function<boost::asio::awaitable<step>(request_context&)>;

    questions();

    // Before the handler runs: the answers that came with the call. Throws -32602 for a state that
    // is not ours, or not for this call.
    void supply(request_context& ctx, questioned_call& call);

    // After it came to something else than a result: asks, and runs it again where the era is asked
    // live. Returns a result, or work for the background. Throws jsonrpc::error.
    boost::asio::awaitable<step>
    settle(request_context& ctx, questioned_call const& call, step first, run_function again);

    // Both, around a handler that has no work for the background.
    boost::asio::awaitable<mcp::json::object>
    result_of(request_context& ctx, questioned_call& call, run_function run);

private:
    step in_result(request_context const& ctx, questioned_call const& call, input_required asked);
    mcp::seal_context seal_for(request_context const& ctx, questioned_call const& call) const;

    mcp::sealer seal_;
};

// Throws -32021 for a question that the client did not declare it can answer.
void check_answerable(mcp::client_facts const& client, mcp::InputRequests const& requests);

}  // namespace server
