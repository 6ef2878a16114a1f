#include "agent/models/written/written_calls.hpp"

#include "agent/models/json_members.hpp"
#include "agent/models/raw_json.hpp"
#include "protocol/ascii.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace agent {

namespace json = boost::json;

namespace {

constexpr int most_looked_at = 16;  // places where an answer may begin

constexpr std::string_view how_to_call = R"(# How to use your tools

You have the tools below, and nothing else: no other tool of this program, and no tool interface. You call them in writing.
Every answer of yours is exactly one JSON object, with nothing before or after it, and without a code fence:

{"text": "one sentence: what you do next", "calls": [{"tool": "NAME", "input": {}}]}

`input` fits the tool's input_schema. Several calls in one answer are run in their order. The next message has their results, in the same order.
An answer without "calls" ends the work, with its "text" as your answer.

The tools, a JSON object each:
)";

// What is inside of a code fence, if that is all there is.
std::string_view unfenced(std::string_view text)
{
    if (!text.starts_with("```") || !text.ends_with("```"))
        return text;
    auto const line = text.find('\n');
    if (line == std::string_view::npos || text.size() < line + 4)
        return text;
    return mcp::trimmed(text.substr(line + 1, text.size() - line - 4));
}

bool is_answer(json::object const& object)
{
    return object.contains("calls") || object.contains("text");
}

// The answer in `text`: models like to say a word before it, in spite of everything.
std::optional<json::value> answer_inside(std::string_view text)
{
    auto at = text.find('{');
    for (int looked = 0; looked < most_looked_at && at < text.size(); ++looked) {
        auto const fence = text.rfind("\n```");
        for (auto const end : {text.size(), fence}) {
            if (end == std::string_view::npos || end <= at)
                continue;
            auto value = parsed(text.substr(at, end - at));
            if (value && value->is_object() && is_answer(value->get_object()))
                return value;
        }
        at = text.find("\n{", at);
        at += at != std::string_view::npos;
    }
    return std::nullopt;
}

// The tool that an unreadable answer names first, so that its failure can be said to the model.
std::string tool_named(std::string_view text)
{
    auto at = text.find(R"("tool")");
    if (at == std::string_view::npos)
        return {};
    at = text.find('"', text.find(':', at));
    if (at == std::string_view::npos)
        return {};
    auto const end = text.find('"', at + 1);
    if (end == std::string_view::npos || end - at > 64)
        return {};
    return std::string(text.substr(at + 1, end - at - 1));
}

std::string call_text(tool_call const& call)
{
    return fmt::format(
        R"({{"tool":{},"input":{}}})",
        json_string(call.name),
        is_json_object(call.input) ? call.input : "{}");
}

}  // namespace

std::string written_system(model_request const& request)
{
    std::string out;
    for (auto const& block : request.system)
        if (!block.empty())
            out += block + "\n\n";
    if (request.tools.empty())
        return out;
    out += how_to_call;
    for (auto const* tool : request.tools)
        out += fmt::format(
            "\n{{\"name\":{},\"description\":{},\"input_schema\":{}}}\n",
            json_string(tool->name),
            json_string(tool->description),
            json::serialize(tool->input_schema));
    return out;
}

std::string written(turn const& answer)
{
    auto out = R"({"text":)" + json_string(answer.text);
    for (std::size_t i = 0; i < answer.calls.size(); ++i)
        out += (i == 0 ? R"(,"calls":[)" : ",") + call_text(answer.calls[i]);
    return out + (answer.calls.empty() ? "}" : "]}");
}

std::string written(user_message const& message)
{
    return message.text;
}

std::string written(tool_results const& results)
{
    std::string out;
    for (std::size_t i = 0; i < results.outcomes.size(); ++i)
        out += fmt::format(
            "{}Result of call {}{}:\n\n{}",
            i == 0 ? "" : "\n\n",
            i + 1,
            results.outcomes[i].is_error ? ", which FAILED" : "",
            results.outcomes[i].text);
    if (!results.note.empty())
        out += (out.empty() ? "" : "\n\n") + results.note;
    return out;
}

boost::system::result<turn, model_error>
read_written(std::string_view text, std::string_view prefix)
{
    turn out;
    auto const said = unfenced(mcp::trimmed(text));
    auto const found = answer_inside(said);
    auto const id = [&] { return fmt::format("{}_{}", prefix, out.calls.size()); };
    if (!found) {
        bool const meant = said.find(R"("calls")") != std::string_view::npos;
        if (!meant) {
            out.text = said;
            out.stop = stop_reason::end_turn;
        } else if (auto name = tool_named(said); !name.empty()) {
            out.calls.push_back({id(), std::move(name), std::string(said)});
            out.stop = stop_reason::tool_use;
        } else {
            model_error unreadable(
                model_errc::broken_stream, "The model's answer is not the JSON it was asked for.");
            unreadable.retryable = true;
            return unreadable;
        }
        out.content = json_string(out.text);
        return out;
    }
    auto const& object = found->get_object();
    out.text = string_in(object, "text");
    if (auto const* calls = array_in(object, "calls"))
        for (auto const& call : *calls) {
            auto const* one = call.if_object();
            auto const* input = one ? one->if_contains("input") : nullptr;
            out.calls.push_back(
                {id(),
                 one ? string_in(*one, "tool") : std::string(),
                 input ? json::serialize(*input) : std::string("{}")});
        }
    out.stop = out.calls.empty() ? stop_reason::end_turn : stop_reason::tool_use;
    out.content = json_string(out.text);
    return out;
}

}  // namespace agent
