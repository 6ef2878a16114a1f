// Talks to a model as the program does, for the node tests: reads one JSON request on standard
// input, prints one JSON result, and ends. SIGTERM or `cancel_after_ms` cancels.
//
// {base_url, model, api?: "messages" | "chat", profile?, system?: [text], tools?: [{name,
// description, input_schema}],
//  messages: [{user} | {assistant: content JSON text} | {results: [{id, text, is_error?}], note?}],
//  answer?: text for every tool call, max_turns?: 1, max_tokens?, effort?, first_byte_ms?,
//  idle_ms?, total_ms?, attempts?, first_delay_ms?, deadline_ms?, broken_streams?, plain_http?,
//  curl?, key_file?, cancel_after_ms?}

#include "agent/http/curl_multi.hpp"
#include "agent/models/anthropic.hpp"
#include "agent/models/model_table.hpp"
#include "agent/models/openai_chat.hpp"
#include "agent/retry.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <iterator>
#include <memory>

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::int64_t number(json::object const& from, char const* name, std::int64_t fallback)
{
    auto const* value = from.if_contains(name);
    return value ? value->to_number<std::int64_t>() : fallback;
}

std::string text(json::object const& from, char const* name, std::string fallback = {})
{
    auto const* value = from.if_contains(name);
    return value ? std::string(value->as_string()) : fallback;
}

json::array list(json::object const& from, char const* name)
{
    auto const* value = from.if_contains(name);
    return value ? value->as_array() : json::array();
}

struct conversation_parts {
    std::vector<std::string> system;
    std::deque<agent::tool_declaration> declared;
    std::vector<agent::tool_declaration const*> tools;
    agent::conversation messages;
};

conversation_parts read_parts(json::object const& from)
{
    conversation_parts parts;
    for (auto const& block : list(from, "system"))
        parts.system.emplace_back(block.as_string());
    for (auto const& value : list(from, "tools")) {
        auto const& tool = value.as_object();
        parts.declared.push_back(
            {text(tool, "name"), text(tool, "description"), tool.at("input_schema").as_object()});
        parts.tools.push_back(&parts.declared.back());
    }
    for (auto const& value : list(from, "messages")) {
        auto const& message = value.as_object();
        if (message.contains("user")) {
            parts.messages.emplace_back(agent::user_message{text(message, "user")});
        } else if (message.contains("assistant")) {
            agent::turn said;
            said.content = text(message, "assistant");
            parts.messages.emplace_back(std::move(said));
        } else {
            agent::tool_results results;
            for (auto const& outcome : list(message, "results")) {
                auto const& o = outcome.as_object();
                auto const* failed = o.if_contains("is_error");
                results.outcomes.push_back(
                    {text(o, "id"), text(o, "text"), failed && failed->as_bool()});
            }
            results.note = text(message, "note");
            parts.messages.emplace_back(std::move(results));
        }
    }
    return parts;
}

json::object shown(agent::token_usage const& u)
{
    return {
        {"input", u.input},
        {"cache_write_5m", u.cache_write_5m},
        {"cache_read", u.cache_read},
        {"output", u.output},
        {"thinking", u.thinking},
    };
}

char const* const errors[] = {
    "none",
    "unreachable",
    "timed_out",
    "broken_stream",
    "authentication",
    "billing",
    "permission",
    "not_found",
    "invalid_request",
    "context_overflow",
    "too_large",
    "rate_limited",
    "overloaded",
    "server_error"};
char const* const stops[] = {
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "pause_turn",
    "refusal",
    "context_window_exceeded",
    "unknown"};

json::object shown(agent::model_error const& e)
{
    json::object out{
        {"kind", errors[int(e.kind)]},
        {"message", e.message},
        {"status", e.status},
        {"retryable", e.retryable},
        {"streaming", e.streaming},
        {"request_id", e.request_id},
        {"usage", shown(e.usage)},
    };
    if (e.retry_after)
        out["retry_after_ms"] = e.retry_after->count();
    return out;
}

json::object shown(agent::turn const& t)
{
    json::array calls;
    for (auto const& call : t.calls)
        calls.push_back(json::object{{"id", call.id}, {"name", call.name}, {"input", call.input}});
    return {
        {"content", t.content},
        {"text", t.text},
        {"calls", calls},
        {"stop", stops[int(t.stop)]},
        {"stop_detail", t.stop_detail},
        {"usage", shown(t.usage)},
        {"model", t.model},
        {"request_id", t.request_id},
    };
}

agent::model_endpoint read_endpoint(json::object const& from, agent::credential key)
{
    agent::model_endpoint at;
    at.key = std::move(key);
    using ms = std::chrono::milliseconds;
    at.limits.first_byte = ms(number(from, "first_byte_ms", at.limits.first_byte.count()));
    at.limits.idle = ms(number(from, "idle_ms", at.limits.idle.count()));
    at.limits.total = ms(number(from, "total_ms", at.limits.total.count()));
    at.http.plain_http_anywhere = number(from, "plain_http", 0) != 0;
    at.http.connect_timeout = ms(number(from, "connect_ms", 10'000));
    return at;
}

std::unique_ptr<agent::model>
make_model(json::object const& from, agent::curl_multi& http, agent::credential key)
{
    auto const fill = [&](auto options) {
        options.base_url = text(from, "base_url");
        options.model = text(from, "model", "claude-sonnet-5-5");
        options.endpoint = read_endpoint(from, std::move(key));
        return options;
    };
    if (text(from, "api") == "chat")
        return std::make_unique<agent::openai_chat>(http, fill(agent::openai_chat_options()));
    auto options = fill(agent::anthropic_options());
    if (from.contains("profile"))
        options.profile = text(from, "profile") == "native" ? agent::messages_profile::native
                                                            : agent::messages_profile::compat;
    return std::make_unique<agent::anthropic>(http, std::move(options));
}

asio::awaitable<void> converse(json::object from, json::object& out)
{
    auto ex = co_await asio::this_coro::executor;
    auto getenv = [](char const* name) -> std::optional<std::string> {
        auto const* value = std::getenv(name);
        if (!value)
            return std::nullopt;
        return std::string(value);
    };
    agent::environment const env = getenv;
    agent::credential_sources sources;
    sources.key_file = text(from, "key_file");
    if (text(from, "api") == "chat")
        sources.variables = {{"OPENAI_API_KEY", agent::credential::scheme::bearer}};
    agent::run_command no_command;
    agent::warning no_warning;
    auto key = co_await agent::find_credential(sources, env, no_command, no_warning);
    if (!key) {
        out["error"] = key.error();
        co_return;
    }
    agent::curl_multi http(ex, {}, text(from, "curl", "libcurl.so.4"));
    auto const model = make_model(from, http, std::move(*key));
    auto parts = read_parts(from);

    agent::retry_policy policy;
    policy.attempts = int(number(from, "attempts", policy.attempts));
    policy.first_delay = std::chrono::milliseconds(number(from, "first_delay_ms", 20));
    if (auto const limit = number(from, "deadline_ms", 0))
        policy.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit);
    agent::retry_budget budget;
    budget.broken_streams = int(number(from, "broken_streams", budget.broken_streams));
    auto& retries = out["retries"].emplace_array();
    agent::retry_observer observer = [&](agent::retry_notice const& n) {
        retries.push_back(json::object{
            {"attempt", n.attempt},
            {"error", shown(n.error)},
            {"delay_ms", n.delay.count()},
            {"change", n.change}});
    };
    std::string streamed;
    agent::text_sink on_text = [&](std::string_view piece) { streamed += piece; };
    auto& turns = out["turns"].emplace_array();
    agent::model_table const table;
    for (auto left = number(from, "max_turns", 1); left > 0; --left) {
        agent::model_request request{
            parts.system, parts.tools, parts.messages, 32000, "medium", {}};
        request.max_tokens = int(number(from, "max_tokens", request.max_tokens));
        request.effort = text(from, "effort", request.effort);
        auto outcome = co_await agent::complete_with_retries(
            *model, request, policy, budget, observer, on_text);
        if (!outcome) {
            out["error"] = shown(outcome.error());
            break;
        }
        turns.push_back(shown(*outcome));
        if (auto const cost = table.cost(outcome->model, outcome->usage))
            turns.back().as_object()["cost"] = *cost;
        agent::tool_results results;
        for (auto const& call : outcome->calls)
            results.outcomes.push_back({call.id, text(from, "answer"), false});
        parts.messages.emplace_back(std::move(*outcome));
        if (results.outcomes.empty())
            break;
        parts.messages.emplace_back(std::move(results));
    }
    out["streamed"] = streamed;
    out["lost"] = shown(budget.lost);
}

}  // namespace

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::string const input(std::istreambuf_iterator<char>(std::cin), {});
    auto const from = json::parse(input).as_object();
    json::object out;
    out.reserve(16);  // its members are referred to while others are added
    asio::io_context ctx{1};
    asio::cancellation_signal cancel;
    asio::signal_set signals(ctx, SIGTERM);
    signals.async_wait([&](boost::system::error_code ec, int) {
        if (!ec)
            cancel.emit(asio::cancellation_type::terminal);
    });
    asio::steady_timer timer(ctx);
    if (auto const after = number(from, "cancel_after_ms", 0)) {
        timer.expires_after(std::chrono::milliseconds(after));
        timer.async_wait([&](boost::system::error_code ec) {
            if (!ec)
                cancel.emit(asio::cancellation_type::terminal);
        });
    }
    auto done = [&](std::exception_ptr failure) {
        signals.cancel();
        timer.cancel();
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (boost::system::system_error const& e) {
            out["cancelled"] = e.code() == asio::error::operation_aborted;
            out["thrown"] = e.what();
        } catch (std::exception const& e) {
            out["thrown"] = e.what();
        }
    };
    asio::co_spawn(ctx, converse(from, out), asio::bind_cancellation_slot(cancel.slot(), done));
    ctx.run();
    std::cout << json::serialize(out) << "\n";
}
