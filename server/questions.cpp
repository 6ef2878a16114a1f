#include "server/questions.hpp"

#include "protocol/errors.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/sha256.hpp"

namespace server {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr auto state_lifetime = 10min;
constexpr auto answer_limit = 10min;  // a human's
constexpr int most_rounds = 8;        // of a legacy request

std::string_view text_member(mcp::json::object const& o, std::string_view name)
{
    auto const* value = o.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : "";
}

void require_for(mcp::client_facts const& client, mcp::InputRequest const& question)
{
    if (question.method == "elicitation/create") {
        mcp::require_capability(
            client, "elicitation", text_member(question.params, "mode") == "url" ? "url" : "form");
    } else if (question.method == "sampling/createMessage") {
        bool const tools =
            question.params.contains("tools") || question.params.contains("toolChoice");
        mcp::require_capability(client, "sampling", tools ? "tools" : "");
    } else if (question.method == "roots/list") {
        mcp::require_capability(client, "roots", "");
    } else {
        throw std::logic_error("no question that a client could answer: " + question.method);
    }
}

}  // namespace

void check_answerable(mcp::client_facts const& client, mcp::InputRequests const& requests)
{
    for (auto const& [key, question] : requests)
        require_for(client, question);
}

questions::questions() = default;

mcp::seal_context questions::seal_for(request_context const& ctx, questioned_call const& call) const
{
    mcp::seal_context out;
    out.principal = ctx.principal();
    out.method = call.method;
    std::string call_text(call.name);
    call_text += '\n';
    if (call.arguments)
        mcp::append_json(call_text, *call.arguments);
    out.call = mcp::sha256_hex(call_text);
    return out;
}

void questions::supply(request_context& ctx, questioned_call& call)
{
    if (!call.responses && !call.state)
        return;
    mcp::json::value state;
    if (call.state) {
        auto opened =
            seal_.open(*call.state, seal_for(ctx, call), std::chrono::system_clock::now());
        if (!opened)
            throw mcp::invalid_params(
                "requestState is not one that this call can go on with; ask again without it");
        state = std::move(*opened);
    }
    ctx.supply(std::move(call.responses).value_or(mcp::json::object()), std::move(state));
}

awaitable<mcp::json::object>
questions::result_of(request_context& ctx, questioned_call& call, run_function run)
{
    supply(ctx, call);
    auto came_to = co_await run(ctx);
    came_to = co_await settle(ctx, call, std::move(came_to), run);
    if (auto* result = std::get_if<mcp::json::object>(&came_to.is))
        co_return std::move(*result);
    throw std::logic_error(std::string(call.method) + " has no tasks");
}

step questions::in_result(
    request_context const& ctx, questioned_call const& call, input_required asked)
{
    check_answerable(ctx.client(), asked.requests);
    mcp::json::object out{{"resultType", "input_required"}};
    if (!asked.requests.empty())
        out.emplace("inputRequests", mcp::encode(asked.requests));
    if (asked.state)
        out.emplace(
            "requestState",
            seal_.seal(
                *asked.state,
                seal_for(ctx, call),
                std::chrono::system_clock::now() + state_lifetime));
    return {std::move(out)};
}

namespace {

// One after the other; the context has the answers then.
awaitable<void> ask_live(request_context& ctx, input_required asked)
{
    mcp::json::object answers;
    std::map<std::string, std::string> refusals;
    auto const end = std::chrono::steady_clock::now() + asked.patience.value_or(0ms);
    for (auto const& [key, question] : asked.requests) {
        auto answer = ctx.out().call(ctx.id(), question.method, question.params);
        if (!asked.patience) {
            answers[key] = co_await mcp::with_timeout(std::move(answer), answer_limit);
            continue;
        }
        auto const left = end - std::chrono::steady_clock::now();
        try {
            answers[key] = co_await mcp::with_timeout(std::move(answer), left);
        } catch (mcp::jsonrpc::error const& e) {
            refusals.emplace(key, e.what());
        } catch (boost::system::system_error const& e) {
            if (e.code() != boost::asio::error::timed_out)
                throw;
        }
    }
    ctx.supply(std::move(answers), std::move(asked.state).value_or(mcp::json::value()));
    for (auto& [key, why] : refusals)
        ctx.refuse(key, std::move(why));
}

}  // namespace

awaitable<step>
questions::settle(request_context& ctx, questioned_call const& call, step first, run_function again)
{
    for (int rounds = 0; rounds < most_rounds;) {
        auto* asked = std::get_if<input_required>(&first.is);
        if (!asked)
            co_return first;
        if (asked->requests.empty() && !asked->state)
            throw std::logic_error(std::string(call.name) + " asked nothing");
        if (!ctx.era().asks_live())
            co_return in_result(ctx, call, std::move(*asked));
        rounds += !asked->patience;  // who copes without an answer has limits of its own
        check_answerable(ctx.client(), asked->requests);
        co_await ask_live(ctx, std::move(*asked));
        first = co_await again(ctx);
    }
    throw mcp::jsonrpc::error(
        mcp::jsonrpc::errc::internal_error, "gave up after asking the client eight times");
}

}  // namespace server
