#include "agent/models/chat/chat_stream.hpp"

#include "agent/models/chat/chat_message.hpp"
#include "agent/models/json_members.hpp"
#include "agent/models/model_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t most_calls = 256;
constexpr std::size_t largest_arguments = std::size_t(1) << 20;  // of one call
constexpr std::string_view think = "<think>";
constexpr std::string_view thought = "</think>";

// A string, or Mistral's list of parts.
std::string text_in(json::object const& object, json::string_view name)
{
    auto const* parts = array_in(object, name);
    if (!parts)
        return string_in(object, name);
    std::string all;
    for (auto const& part : *parts)
        if (auto const* block = part.if_object())
            all += string_in(*block, "text");
    return all;
}

// Templates that know no reasoning leave it at the start of the text.
std::string_view after_thinking(std::string_view text)
{
    auto const start = text.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos || !text.substr(start).starts_with(think))
        return text;
    auto const end = text.find(thought, start);
    if (end == std::string_view::npos)
        return {};
    text.remove_prefix(end + thought.size());
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

}  // namespace

void chat_stream::feed(mcp::sse_event const& event)
{
    if (error_ || complete_)
        return;
    if (event.data == "[DONE]")
        return finish();
    auto const value = parsed(event.data);
    auto const* chunk = value ? value->if_object() : nullptr;
    if (!chunk)
        return broken("an event is not a JSON object");
    if (auto const* failure = chunk->if_contains("error");
        event.type == "error" || (failure && !failure->is_null())) {
        error_ = classify_stream_error(event.data);
        return;
    }
    if (model_.empty())
        model_ = string_in(*chunk, "model");
    if (auto const* usage = object_in(*chunk, "usage"))
        count(*usage);
    auto const* choices = array_in(*chunk, "choices");
    auto const* choice = choices && !choices->empty() ? choices->front().if_object() : nullptr;
    if (!choice)
        return;
    auto const elements = raw_elements(raw_member_of(event.data, "choices"));
    for (auto const* name : {"delta", "message"})
        if (auto const* said = object_in(*choice, name)) {
            delta(*said, raw_member_of(elements.front(), name));
            break;
        }
    if (auto reason = string_in(*choice, "finish_reason"); !reason.empty())
        finish_ = std::move(reason);
    if (finish_ == "error" && !error_)
        broken("the server says that it failed");
}

void chat_stream::broken(std::string what)
{
    error_ =
        model_error(model_errc::broken_stream, "The answer of the model broke off: " + what + ".");
    error_->retryable = true;
    error_->streaming = true;
}

// Cumulative, and said once or in every chunk: the last one counts.
void chat_stream::count(json::object const& usage)
{
    token_usage out;
    out.output = count_in(usage, "completion_tokens").value_or(0);
    if (auto const* details = object_in(usage, "prompt_tokens_details"))
        out.cache_read = count_in(*details, "cached_tokens").value_or(0);
    out.input =
        std::max<std::int64_t>(count_in(usage, "prompt_tokens").value_or(0) - out.cache_read, 0);
    if (auto const* details = object_in(usage, "completion_tokens_details"))
        out.thinking = count_in(*details, "reasoning_tokens").value_or(0);
    usage_ = out;
}

void chat_stream::delta(json::object const& said, std::string_view raw)
{
    say(text_in(said, "content"));
    refusal_ += string_in(said, "refusal");
    auto const reasoning = string_in(said, "reasoning_content");
    reasoning_ += reasoning.empty() ? string_in(said, "reasoning") : reasoning;
    if (array_in(said, "tool_calls"))
        calls(raw_member_of(raw, "tool_calls"));
}

void chat_stream::say(std::string_view text)
{
    content_ += text;
    bool const thinks = after_thinking(content_).size() != content_.size();
    if (on_text_ && !text.empty() && !thinks)
        on_text_(text);
}

void chat_stream::calls(std::string_view raw)
{
    for (auto const element : raw_elements(raw)) {
        auto const value = parsed(element);
        auto const* part = value ? value->if_object() : nullptr;
        if (!part)
            return broken("a tool call that is no object");
        auto const* index = part->if_contains("index");
        auto const* function = object_in(*part, "function");
        if (!function)
            continue;
        auto const id = string_in(*part, "id");
        auto const name = string_in(*function, "name");
        auto* at = place_of(index && index->is_int64() ? index->get_int64() : -1, id, name);
        if (!at)
            return broken("too many tool calls");
        if (at->id.empty())
            at->id = id;
        if (at->name.empty())
            at->name = name;
        if (object_in(*function, "arguments"))
            at->input = raw_member_of(raw_member_of(element, "function"), "arguments");
        else
            at->input += string_in(*function, "arguments");
        if (at->input.size() > largest_arguments) {
            broken("the input of a tool call is larger than 1 MiB");
            error_->retryable = false;
            return;
        }
    }
}

// The call that a piece belongs to. Another id is another call, whatever the index says; without an
// index a name begins one.
chat_stream::call*
chat_stream::place_of(std::int64_t index, std::string const& id, std::string const& name)
{
    bool begins = calls_.empty();
    auto at = calls_.rbegin();
    if (index >= 0) {
        at = std::find_if(
            calls_.rbegin(), calls_.rend(), [&](call const& c) { return c.index == index; });
        begins = at == calls_.rend() || (!id.empty() && !at->id.empty() && id != at->id);
    } else if (!begins) {
        begins = id.empty() ? !name.empty() && !at->name.empty() : id != at->id;
    }
    if (!begins)
        return &*at;
    if (calls_.size() >= most_calls)
        return nullptr;
    calls_.emplace_back().index = index;
    return &calls_.back();
}

void chat_stream::close()
{
    if (!error_ && !complete_ && !finish_.empty())
        finish();
}

// Calls are answered by id, so each gets one of its own.
void chat_stream::finish()
{
    std::set<std::string> ids;
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        auto& call = calls_[i];
        if (call.name.empty())
            return broken("a tool call has no name");
        if (call.id.empty() || !ids.insert(call.id).second) {
            call.id = fmt::format("{}_{}", calls_named_, i);
            ids.insert(call.id);
        }
    }
    complete_ = true;
}

turn chat_stream::result() const
{
    turn out;
    out.text = after_thinking(content_);
    for (auto const& call : calls_)
        out.calls.push_back({call.id, call.name, call.input.empty() ? "{}" : call.input});
    // Which word is said beside calls differs; whether there are calls decides.
    if (finish_ == "length") {
        out.stop = stop_reason::max_tokens;
    } else if (finish_ == "content_filter" || (!refusal_.empty() && out.calls.empty())) {
        out.stop = stop_reason::refusal;
        out.stop_detail = refusal_.empty() ? finish_ : one_line(refusal_, 200);
    } else if (!out.calls.empty()) {
        out.stop = stop_reason::tool_use;
    } else if (
        finish_.empty() || finish_ == "stop" || finish_ == "tool_calls" || finish_ == "eos") {
        out.stop = stop_reason::end_turn;
    } else {
        out.stop_detail = one_line(finish_, 100);
    }
    if (!out.text.empty() || !out.calls.empty())
        out.content = chat_content(out, reasoning_);
    out.usage = usage_;
    out.model = one_line(model_, 200);
    return out;
}

}  // namespace agent
