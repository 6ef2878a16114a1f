#include "agent/models/sampling/sampling_message.hpp"

#include "agent/models/json_members.hpp"
#include "agent/models/raw_json.hpp"
#include "agent/models/written/written_calls.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace agent {

namespace json = boost::json;

namespace {

json::object text_content(std::string_view text)
{
    return {{"type", "text"}, {"text", text}};
}

json::object said(std::string_view role, json::value content)
{
    return {{"role", role}, {"content", std::move(content)}};
}

// Adds what is said of one message. A message with tool results holds nothing else.
struct with_tools {
    json::array& to;

    void operator()(user_message const& message) const
    {
        to.push_back(said("user", text_content(message.text)));
    }
    void operator()(turn const& answer) const
    {
        json::array content;
        if (!answer.text.empty() || answer.calls.empty())
            content.push_back(text_content(answer.text));
        for (auto const& call : answer.calls) {
            auto input = parsed(call.input);
            json::value arguments = input && input->is_object() ? *input : json::object();
            content.push_back(json::object{
                {"type", "tool_use"},
                {"id", call.id},
                {"name", call.name},
                {"input", std::move(arguments)}});
        }
        to.push_back(said("assistant", std::move(content)));
    }
    void operator()(tool_results const& results) const
    {
        json::array content;
        for (auto const& outcome : results.outcomes)
            content.push_back(json::object{
                {"type", "tool_result"},
                {"toolUseId", outcome.call_id},
                {"content", json::array{text_content(outcome.text)}},
                {"isError", outcome.is_error}});
        if (!content.empty())
            to.push_back(said("user", std::move(content)));
        if (!results.note.empty())
            to.push_back(said("user", text_content(results.note)));
    }
};

struct in_writing {
    json::array& to;

    void operator()(turn const& answer) const
    {
        to.push_back(said("assistant", text_content(written(answer))));
    }
    void operator()(auto const& message) const
    {
        to.push_back(said("user", text_content(written(message))));
    }
};

std::string joined(std::vector<std::string> const& blocks)
{
    std::string out;
    for (auto const& block : blocks)
        if (!block.empty())
            out += (out.empty() ? "" : "\n\n") + block;
    return out;
}

json::array declared(std::vector<tool_declaration const*> const& tools)
{
    json::array out;
    for (auto const* tool : tools)
        out.push_back(json::object{
            {"name", tool->name},
            {"description", tool->description},
            {"inputSchema", tool->input_schema}});
    return out;
}

stop_reason stop_of(mcp::CreateMessageResult const& result)
{
    auto const said = result.stopReason.value_or("");
    if (said == "maxTokens")
        return stop_reason::max_tokens;
    return said == "refusal" ? stop_reason::refusal : stop_reason::end_turn;
}

void add_block(turn& to, json::value const& value, std::string const& prefix)
{
    auto const* block = value.if_object();
    if (!block)
        return;
    auto const type = string_in(*block, "type");
    if (type == "text") {
        auto const text = string_in(*block, "text");
        to.text += (to.text.empty() || text.empty() ? "" : "\n") + text;
    } else if (type == "tool_use") {
        auto id = string_in(*block, "id");
        if (id.empty())
            id = fmt::format("{}_{}", prefix, to.calls.size());
        auto const* input = block->if_contains("input");
        to.calls.push_back(
            {std::move(id),
             string_in(*block, "name"),
             input ? json::serialize(*input) : std::string("{}")});
    }
}

}  // namespace

json::object sampling_params(model_request const& request, std::string_view hint, bool tools)
{
    json::array messages;
    for (auto const& message : request.messages) {
        if (tools)
            std::visit(with_tools{messages}, message);
        else
            std::visit(in_writing{messages}, message);
    }
    json::object out{
        {"messages", std::move(messages)},
        {"systemPrompt", tools ? joined(request.system) : written_system(request)},
        {"maxTokens", request.max_tokens}};
    if (!hint.empty())
        out["modelPreferences"] =
            json::object{{"hints", json::array{json::object{{"name", hint}}}}};
    if (tools) {
        out["tools"] = declared(request.tools);
        out["toolChoice"] = json::object{{"mode", "auto"}};
    }
    return out;
}

boost::system::result<turn, model_error>
sampled_turn(mcp::CreateMessageResult const& result, model_request const& request)
{
    auto const prefix = fmt::format("call_{}", request.messages.size());
    turn out;
    if (auto const* blocks = result.content.if_array())
        for (auto const& block : *blocks)
            add_block(out, block, prefix);
    else
        add_block(out, result.content, prefix);
    out.content = json_string(out.text);
    out.stop = stop_of(result);
    bool const complete = out.stop == stop_reason::end_turn;
    if (complete && out.calls.empty()) {
        // A client with tools may write them all the same.
        auto read = read_written(out.text, prefix);
        if (!read)
            return read.error();
        out = std::move(*read);
    } else if (complete) {
        out.stop = stop_reason::tool_use;
    }
    out.model = result.model;
    return out;
}

}  // namespace agent
