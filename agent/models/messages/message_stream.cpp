#include "agent/models/messages/message_stream.hpp"

#include "agent/models/json_members.hpp"
#include "agent/models/model_errors.hpp"

#include <set>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t most_blocks = 4096;
constexpr std::size_t largest_input = std::size_t(1) << 20;  // of one tool call

stop_reason stop_reason_of(std::string_view word)
{
    static constexpr std::pair<std::string_view, stop_reason> words[] = {
        {"end_turn", stop_reason::end_turn},
        {"tool_use", stop_reason::tool_use},
        {"max_tokens", stop_reason::max_tokens},
        {"stop_sequence", stop_reason::stop_sequence},
        {"pause_turn", stop_reason::pause_turn},
        {"refusal", stop_reason::refusal},
        {"model_context_window_exceeded", stop_reason::context_window_exceeded},
    };
    for (auto const& [name, reason] : words)
        if (name == word)
            return reason;
    return stop_reason::unknown;
}

}  // namespace

void usage_counts::update(json::object const& usage)
{
    auto set = [](auto& target, std::optional<std::int64_t> count) {
        if (count)
            target = *count;
    };
    set(input_, count_in(usage, "input_tokens"));
    set(cache_read_, count_in(usage, "cache_read_input_tokens"));
    set(cache_write_, count_in(usage, "cache_creation_input_tokens"));
    set(output_, count_in(usage, "output_tokens"));
    if (auto const* writes = object_in(usage, "cache_creation")) {
        set(write_5m_, count_in(*writes, "ephemeral_5m_input_tokens"));
        set(write_1h_, count_in(*writes, "ephemeral_1h_input_tokens"));
    }
    if (auto const* details = object_in(usage, "output_tokens_details"))
        set(thinking_, count_in(*details, "thinking_tokens"));
    take_compaction(usage);
}

// Summaries that the server made on the way are told apart, among its iterations.
void usage_counts::take_compaction(json::object const& usage)
{
    auto const* iterations = array_in(usage, "iterations");
    if (!iterations)
        return;
    compaction_ = {};
    for (auto const& one : *iterations) {
        auto const* iteration = one.if_object();
        if (!iteration || string_in(*iteration, "type") != "compaction")
            continue;
        usage_counts counts;
        counts.update(*iteration);
        compaction_ += counts.total();
    }
}

token_usage usage_counts::total() const
{
    auto out = compaction_;
    token_usage own;
    own.input = input_;
    own.cache_read = cache_read_;
    own.cache_write_1h = write_1h_.value_or(0);
    own.cache_write_5m =
        write_5m_.value_or(std::max<std::int64_t>(cache_write_ - own.cache_write_1h, 0));
    own.output = output_;
    own.thinking = thinking_;
    out += own;
    return out;
}

void message_stream::feed(mcp::sse_event const& event)
{
    if (error_ || state_ == state::complete)
        return;
    json::parse_options options;
    options.max_depth = json_depth;
    json::error_code ec;
    auto const value = json::parse(event.data, ec, {}, options);
    auto const* object = ec ? nullptr : value.if_object();
    if (!object) {
        if (event.data != "[DONE]")  // gateways append it
            broken("an event is not a JSON object");
        return;
    }
    auto type = string_in(*object, "type");
    if (event.type == "error" || type.empty())
        type = event.type;
    if (type == "error") {
        error_ = classify_stream_error(event.data);
    } else if (type == "message_start") {
        start(*object);
    } else if (type == "content_block_start") {
        start_block(*object, event.data);
    } else if (type == "content_block_delta") {
        delta(*object, event.data);
    } else if (type == "message_delta") {
        message_delta(*object);
    } else if (type == "message_stop") {
        finish();
    }
    // A block's own end says nothing that the message's end does not; pings and what is unknown are
    // passed over.
}

void message_stream::broken(std::string what)
{
    error_ =
        model_error(model_errc::broken_stream, "The answer of the model broke off: " + what + ".");
    error_->retryable = true;
    error_->streaming = true;
}

void message_stream::start(json::object const& event)
{
    auto const* message = object_in(event, "message");
    if (!message)
        return broken("message_start has no message");
    if (state_ != state::before)
        return broken("a second message began inside the first");
    state_ = state::open;
    model_ = string_in(*message, "model");
    stop_ = string_in(*message, "stop_reason");
    if (auto const* usage = object_in(*message, "usage"))
        usage_.update(*usage);
}

void message_stream::start_block(json::object const& event, std::string_view raw)
{
    auto const index = count_in(event, "index");
    if (state_ != state::open || !index || !object_in(event, "content_block"))
        return broken("a block that is malformed or in no message");
    if (blocks_.size() >= most_blocks || blocks_.contains(*index))
        return broken("too many blocks, or the same one twice");
    auto const& block =
        blocks_.try_emplace(*index, raw_member_of(raw, "content_block")).first->second;
    if (auto const text = block.string("text"); block.type() == "text" && on_text_ && !text.empty())
        on_text_(text);
}

void message_stream::delta(json::object const& event, std::string_view raw)
{
    auto const index = count_in(event, "index");
    auto const* delta = object_in(event, "delta");
    auto const at = index ? blocks_.find(*index) : blocks_.end();
    if (!delta || at == blocks_.end())
        return broken("a delta that is malformed or of no block");
    auto& block = at->second;
    if (!block.apply(*delta, raw_member_of(raw, "delta")))
        return broken("a delta without its text");
    if (block.input_size() > largest_input) {
        broken("the input of a tool call is larger than 1 MiB");
        error_->retryable = false;
        return;
    }
    if (block.type() == "text" && on_text_)
        if (auto const text = string_in(*delta, "text"); !text.empty())
            on_text_(text);
}

void message_stream::message_delta(json::object const& event)
{
    if (state_ != state::open)
        return broken("the end of a message that never began");
    if (auto const* usage = object_in(event, "usage"))
        usage_.update(*usage);
    auto const* delta = object_in(event, "delta");
    if (!delta)
        return;
    if (auto stop = string_in(*delta, "stop_reason"); !stop.empty())
        stop_ = std::move(stop);
    if (auto const* details = object_in(*delta, "stop_details"))
        category_ = string_in(*details, "category");
}

// The calls of a turn are answered by id, so one without an id, or two with the same, could not be.
void message_stream::finish()
{
    if (state_ != state::open)
        return broken("the end of a message that never began");
    std::set<std::string> ids;
    for (auto const& [index, block] : blocks_)
        if (block.type() == "tool_use")
            if (auto id = block.string("id"); id.empty() || !ids.insert(std::move(id)).second)
                return broken("a tool call has no id of its own");
    state_ = state::complete;
}

turn message_stream::result() const
{
    turn out;
    std::string content;
    for (auto const& [index, block] : blocks_) {
        if (block.type() == "text") {
            auto const text = block.string("text");
            if (text.empty())
                continue;  // the API sends such blocks, and refuses them in a history
            out.text += text;
        } else if (block.type() == "tool_use") {
            out.calls.push_back({block.string("id"), block.string("name"), block.input()});
        }
        content.append(content.empty() ? "" : ",").append(block.json());
    }
    out.content = "[" + content + "]";
    out.stop = stop_reason_of(stop_);
    if (out.stop == stop_reason::unknown)
        out.stop_detail = stop_.empty() ? "none" : one_line(stop_, 100);
    else if (out.stop == stop_reason::refusal)
        out.stop_detail = one_line(category_, 100);
    out.usage = usage();
    out.model = one_line(model_, 200);
    return out;
}

}  // namespace agent
