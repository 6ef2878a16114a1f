#include "agent/models/chat/chat_message.hpp"

#include "agent/models/raw_json.hpp"

namespace agent {

std::string chat_content(turn const& answer, std::string_view reasoning)
{
    std::string out = R"({"role":"assistant","content":)" + json_string(answer.text);
    if (!reasoning.empty() && !answer.calls.empty())
        out += R"(,"reasoning_content":)" + json_string(reasoning);
    std::string calls;
    for (auto const& call : answer.calls) {
        calls += calls.empty() ? "" : ",";
        calls += R"({"id":)" + json_string(call.id) + R"(,"type":"function","function":{"name":)" +
                 json_string(call.name);
        // Servers parse what they replay to the model, and fail on what a model wrote wrongly.
        calls +=
            R"(,"arguments":)" + json_string(is_json_object(call.input) ? call.input : "{}") + "}}";
    }
    if (!calls.empty())
        out += R"(,"tool_calls":[)" + calls + "]";
    return out + "}";
}

std::string chat_message(turn const& answer, bool with_reasoning)
{
    bool const own = answer.content.starts_with('{');
    bool const reasons = own && !raw_member_of(answer.content, "reasoning_content").empty();
    return own && (with_reasoning || !reasons) ? answer.content : chat_content(answer, {});
}

}  // namespace agent
