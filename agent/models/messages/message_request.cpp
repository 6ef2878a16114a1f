#include "agent/models/messages/message_request.hpp"

#include "agent/models/base_url.hpp"
#include "agent/models/raw_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::string_view cache_control = R"("cache_control":{"type":"ephemeral"})";

// The API refuses text blocks without a visible character.
std::string visible(std::string_view text)
{
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return json_string("(no text)");
    return json_string(text);
}

std::string text_block(std::string_view text)
{
    return R"({"type":"text","text":)" + visible(text) + "}";
}

// The content of a turn that another API has made.
std::string foreign_blocks(turn const& answer)
{
    std::string out;
    if (!answer.text.empty())
        out = text_block(answer.text);
    for (auto const& call : answer.calls) {
        out += out.empty() ? "" : ",";
        out += R"({"type":"tool_use","id":)" + json_string(call.id) + R"(,"name":)" +
               json_string(call.name);
        out += R"(,"input":)" + (is_json_object(call.input) ? call.input : "{}") + "}";
    }
    return "[" + out + "]";
}

struct message_writer {
    model_request const& request;
    messages_profile profile;

    bool sends(std::string_view field) const
    {
        return std::ranges::find(request.omit, field) == request.omit.end();
    }
    bool extends(std::string_view field) const
    {
        return profile == messages_profile::native && sends(field);
    }

    std::string system() const
    {
        std::string blocks;
        std::size_t last = request.system.size();
        while (last > 0 && request.system[last - 1].empty())
            --last;
        for (std::size_t i = 0; i < last; ++i) {
            if (request.system[i].empty())
                continue;
            auto block = text_block(request.system[i]);
            if (i + 1 == last && extends("cache_control"))
                block.insert(block.size() - 1, std::string(",").append(cache_control));
            blocks.append(blocks.empty() ? "" : ",").append(block);
        }
        return blocks;
    }

    std::string tools() const
    {
        std::string all;
        for (auto const* tool : request.tools) {
            all += all.empty() ? "" : ",";
            all += R"({"name":)" + json_string(tool->name);
            all += R"(,"description":)" + json_string(tool->description);
            if (extends("strict") && fits_strict(tool->input_schema))
                all += R"(,"strict":true)";
            all += R"(,"input_schema":)" + json::serialize(tool->input_schema) + "}";
        }
        return all;
    }

    std::string operator()(user_message const& message) const
    {
        return R"({"role":"user","content":[)" + text_block(message.text) + "]}";
    }
    std::string operator()(turn const& answer) const
    {
        auto content = answer.content;
        if (!content.starts_with('['))
            content = foreign_blocks(answer);
        if (raw_elements(content).empty())
            content = "[" + text_block("") + "]";
        return R"({"role":"assistant","content":)" + content + "}";
    }
    // All results in one message, before any text. (llama.cpp takes such a message apart and puts
    // the text first: its models read the note before the results.)
    std::string operator()(tool_results const& results) const
    {
        bool const flags = sends("is_error");
        std::string content;
        for (auto const& outcome : results.outcomes) {
            content += content.empty() ? "" : ",";
            content += R"({"type":"tool_result","tool_use_id":)" + json_string(outcome.call_id);
            bool const in_words = outcome.is_error && !flags;
            content +=
                R"(,"content":)" + json_string(in_words ? "ERROR: " + outcome.text : outcome.text);
            content += outcome.is_error && flags ? R"(,"is_error":true})" : "}";
        }
        if (!results.note.empty())
            content += (content.empty() ? "" : ",") + text_block(results.note);
        return R"({"role":"user","content":[)" + content + "]}";
    }
};

bool is_strict_value(json::value const& value);

bool is_strict_object(json::object const& schema)
{
    auto const* closed = schema.if_contains("additionalProperties");
    auto const* required = schema.if_contains("required");
    auto const* properties = schema.if_contains("properties");
    if (!closed || !closed->is_bool() || closed->get_bool() || !required || !required->is_array())
        return false;
    if (!properties || !properties->is_object())
        return false;
    for (auto const& [name, value] : properties->get_object()) {
        auto const& names = required->get_array();
        if (std::ranges::find(names, json::value(name)) == names.end() || !is_strict_value(value))
            return false;
    }
    return true;
}

bool is_strict_value(json::value const& value)
{
    static constexpr std::string_view known[] = {
        "type",
        "description",
        "title",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "anyOf",
        "default"};
    auto const* schema = value.if_object();
    if (!schema)
        return false;
    for (auto const& [name, unused] : *schema)
        if (std::ranges::find(known, std::string_view(name)) == std::end(known))
            return false;
    if (auto const* items = schema->if_contains("items"); items && !is_strict_value(*items))
        return false;
    if (auto const* any = schema->if_contains("anyOf"))
        if (!any->is_array() || !std::ranges::all_of(any->get_array(), is_strict_value))
            return false;
    auto const* type = schema->if_contains("type");
    bool const object = schema->contains("properties") ||
                        (type && type->is_string() && type->get_string() == "object");
    return !object || is_strict_object(*schema);
}

}  // namespace

messages_profile profile_of(std::string_view base_url)
{
    return host_of(base_url) == "api.anthropic.com" ? messages_profile::native
                                                    : messages_profile::compat;
}

std::string messages_url(std::string_view base_url)
{
    while (base_url.ends_with('/'))
        base_url.remove_suffix(1);
    if (base_url.ends_with("/v1"))
        base_url.remove_suffix(3);
    return std::string(base_url) + "/v1/messages";
}

std::string message_body(
    model_request const& request,
    std::string_view model,
    messages_profile profile,
    std::int64_t compact_at)
{
    message_writer const write{request, profile};
    std::string body = R"({"model":)" + json_string(model);
    body += R"(,"max_tokens":)" + std::to_string(request.max_tokens) + R"(,"stream":true)";
    if (!request.effort.empty() && write.extends("output_config"))
        body += R"(,"output_config":{"effort":)" + json_string(request.effort) + "}";
    if (compact_at > 0 && write.extends("context_management"))
        body += R"(,"context_management":{"edits":[{"type":"compact_20260112","trigger":)"
                R"({"type":"input_tokens","value":)" +
                std::to_string(compact_at) + "}}]}";
    if (write.extends("cache_control"))
        body.append(",").append(cache_control);
    if (auto const system = write.system(); !system.empty())
        body += R"(,"system":[)" + system + "]";
    if (auto const tools = write.tools(); !tools.empty())
        body += R"(,"tools":[)" + tools + "]";
    body += R"(,"messages":[)";
    bool first = true;
    for (auto const& message : request.messages) {
        body += std::exchange(first, false) ? "" : ",";
        body += std::visit(write, message);
    }
    return body + "]}";
}

bool fits_strict(json::object const& schema)
{
    auto const* type = schema.if_contains("type");
    return type && type->is_string() && type->get_string() == "object" && is_strict_value(schema);
}

}  // namespace agent
