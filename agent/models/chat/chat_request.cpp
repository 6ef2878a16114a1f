#include "agent/models/chat/chat_request.hpp"

#include "agent/models/base_url.hpp"
#include "agent/models/chat/chat_message.hpp"
#include "agent/models/raw_json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace agent {

namespace json = boost::json;

namespace {

std::string message_of(std::string_view role, std::string_view text)
{
    return R"({"role":)" + json_string(role) + R"(,"content":)" + json_string(text) + "}";
}

struct writer {
    model_request const& request;
    chat_profile profile;

    bool sends(std::string_view field) const
    {
        return std::ranges::find(request.omit, field) == request.omit.end();
    }

    std::string limit() const
    {
        bool const modern = sends("max_completion_tokens") &&
                            (profile == chat_profile::openai || !sends("max_tokens"));
        return (modern ? R"("max_completion_tokens":)" : R"("max_tokens":)") +
               std::to_string(request.max_tokens);
    }

    // OpenAI has no "max".
    std::string effort() const
    {
        if (profile != chat_profile::openai || request.effort.empty() || !sends("reasoning_effort"))
            return {};
        return R"(,"reasoning_effort":)" +
               json_string(request.effort == "max" ? "xhigh" : request.effort);
    }

    std::string system() const
    {
        std::string all;
        for (auto const& block : request.system) {
            if (block.empty())
                continue;
            all += all.empty() ? "" : "\n\n";
            all += block;
        }
        return all;
    }

    std::string tools() const
    {
        std::string all;
        for (auto const* tool : request.tools) {
            all += all.empty() ? "" : ",";
            all += R"({"type":"function","function":{"name":)" + json_string(tool->name);
            all += R"(,"description":)" + json_string(tool->description);
            all += R"(,"parameters":)" + json::serialize(tool->input_schema) + "}}";
        }
        return all;
    }

    std::string operator()(user_message const& message) const
    {
        return message_of("user", message.text);
    }
    std::string operator()(turn const& answer) const
    {
        return chat_message(answer, sends("reasoning_content"));
    }
    // There is no flag for a failure.
    std::string operator()(tool_results const& results) const
    {
        std::string all;
        for (auto const& outcome : results.outcomes) {
            all += all.empty() ? "" : ",";
            all += R"({"role":"tool","tool_call_id":)" + json_string(outcome.call_id);
            all += R"(,"content":)" +
                   json_string(outcome.is_error ? "ERROR: " + outcome.text : outcome.text) + "}";
        }
        if (!results.note.empty())
            all += (all.empty() ? "" : ",") + message_of("user", results.note);
        return all;
    }
};

}  // namespace

chat_profile chat_profile_of(std::string_view base_url)
{
    return host_of(base_url) == "api.openai.com" ? chat_profile::openai : chat_profile::compat;
}

std::string chat_url(std::string_view base_url)
{
    constexpr std::string_view path = "/chat/completions";
    while (base_url.ends_with('/'))
        base_url.remove_suffix(1);
    if (base_url.ends_with(path))
        return std::string(base_url);
    auto const scheme = base_url.find("://");
    auto const host = scheme == std::string_view::npos ? 0 : scheme + 3;
    bool const bare = base_url.find('/', host) == std::string_view::npos;
    return std::string(base_url).append(bare ? "/v1" : "").append(path);
}

std::string chat_body(model_request const& request, std::string_view model, chat_profile profile)
{
    writer const write{request, profile};
    std::string body = R"({"model":)" + json_string(model);
    body += "," + write.limit() + R"(,"stream":true)";
    if (write.sends("stream_options"))
        body += R"(,"stream_options":{"include_usage":true})";
    body += write.effort();
    if (auto const tools = write.tools(); !tools.empty())
        body += R"(,"tools":[)" + tools + "]";
    body += R"(,"messages":[)";
    bool first = true;
    auto const add = [&](std::string const& message) {
        if (!message.empty())
            body.append(std::exchange(first, false) ? "" : ",").append(message);
    };
    if (auto const system = write.system(); !system.empty())
        add(message_of("system", system));
    for (auto const& message : request.messages)
        add(std::visit(write, message));
    return body + "]}";
}

}  // namespace agent
