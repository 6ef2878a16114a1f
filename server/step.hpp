#pragma once

// What a handler of tools/call, prompts/get or resources/read may come to besides its result. A
// handler that needs an answer returns its questions and is called again when there are answers
// (request_context::answer): it is re-entrant, and nothing waits in memory for a human. A tool
// whose work may outlive the request returns the work.

#include "protocol/input.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace server {

class request_context;
struct step;

struct input_required {
    mcp::InputRequests requests;  // by keys of the handler's choice
    // What the handler wants to see again with the answers (request_context::state): sealed, so
    // that it may be relied on, and for one use.
    std::optional<mcp::json::value> state;
    // Set by a handler that copes without an answer: where questions are asked live, it is called
    // again once this time is over, or with the client's refusal (request_context::refusal).
    std::optional<std::chrono::milliseconds> patience{};
};

// Becomes a task if the client knows tasks, else is done within the request. Progress of it is the
// task's status message.
struct background {
    std::function<boost::asio::awaitable<step>(request_context&)> work;
    bool required = false;  // a client that does not know tasks is refused
    // The task's id. By it the work is found again after a restart (features::on_lost_task); an id
    // at work already is that task. Unguessable; empty: one of the server's.
    std::string name{};
};

// For handlers: co_return any of the three.
template <class Result>
using outcome = std::variant<Result, input_required, background>;

// The same with the result encoded.
struct step {
    std::variant<mcp::json::object, input_required, background> is;
};

template <class Result>
step to_step(Result result)
{
    return {std::move(mcp::encode(result).get_object())};
}

template <class Result>
step to_step(outcome<Result> came_to)
{
    if (auto* result = std::get_if<Result>(&came_to))
        return to_step(std::move(*result));
    if (auto* questions = std::get_if<input_required>(&came_to))
        return {std::move(*questions)};
    return {std::get<background>(std::move(came_to))};
}

inline step to_step(step already)
{
    return already;
}

// What `f` comes to. `f` outlives the coroutine.
template <class F, class... Arguments>
boost::asio::awaitable<step> run_step(F const& f, request_context& ctx, Arguments... arguments)
{
    auto result = co_await f(ctx, std::move(arguments)...);
    co_return to_step(std::move(result));
}

}  // namespace server
