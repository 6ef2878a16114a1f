#include "agent/runs/recorded.hpp"

#include "agent/context.hpp"
#include "agent/runs/json_column.hpp"
#include "agent/runs/run_log.hpp"
#include "agent/tools/file_tool.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace agent {

namespace {

constexpr std::size_t input_shown = 1'000;
constexpr std::size_t result_shown = 2'000;

template <class Record>
std::optional<Record> read(run_record const& from)
{
    if (from.kind != Record::kind)
        return std::nullopt;
    try {
        return from_column<Record>(from.payload, Record::kind);
    } catch (mcp::decode_error const&) {
        return std::nullopt;
    }
}

// The effect of a call of one of these tools.
template <class Effect>
std::optional<Effect> effect_of(tool_record const& record)
{
    try {
        return mcp::decode<Effect>(record.effect, {"effect"});
    } catch (mcp::decode_error const&) {
        return std::nullopt;
    }
}

std::string shown(turn const& t)
{
    auto out = t.text.empty() ? std::string() : t.text + "\n\n";
    for (auto const& call : t.calls)
        out += fmt::format(
            "**{}**\n\n{}\n",
            call.name,
            fenced("input.json", mcp::head_and_tail(call.input, input_shown)));
    return out;
}

}  // namespace

std::string project_of(std::vector<run_record> const& records)
{
    for (auto const& record : records)
        if (auto opened = read<opened_record>(record))
            return std::move(opened->project);
    return {};
}

std::vector<file_change> files_of(std::vector<run_record> const& records)
{
    std::map<std::string, file_change> staged;
    for (auto const& record : records) {
        auto const tool = read<tool_record>(record);
        auto path = tool ? effect_of<staged_path>(*tool) : std::nullopt;
        if (!path)
            continue;
        if (path->change)
            staged.insert_or_assign(path->path, std::move(*path->change));
        else
            staged.erase(path->path);
    }
    std::vector<file_change> out;
    out.reserve(staged.size());
    for (auto& [path, change] : staged)
        out.push_back(std::move(change));
    return out;
}

std::vector<turn_account> turns_of(std::vector<run_record> const& records)
{
    std::vector<turn_account> out;
    int retries = 0;
    for (auto const& record : records)
        if (auto const turn = read<turn_record>(record))
            out.push_back(
                {turn->answer.model,
                 turn->answer.usage,
                 turn->cost_usd,
                 turn->retries - std::exchange(retries, turn->retries),
                 turn->answer.first_token_ms,
                 turn->answer.time_ms});
    return out;
}

std::vector<lookup> documentation_of(std::vector<run_record> const& records)
{
    std::vector<lookup> out;
    for (auto const& record : records) {
        if (auto opened = read<opened_record>(record))
            std::ranges::move(opened->documentation, std::back_inserter(out));
        auto const tool = read<tool_record>(record);
        if (!tool || tool->report.name != "query_docs")
            continue;
        if (auto found = effect_of<lookup>(*tool))
            out.push_back(std::move(*found));
    }
    return out;
}

std::string transcript_of(run_request const& request, std::vector<run_record> const& records)
{
    auto out = fmt::format("# Task\n\n{}\n\n", request.task);
    int turns = 0;
    for (auto const& record : records) {
        if (auto const turn = read<turn_record>(record))
            out += fmt::format("## Turn {}\n\n{}", ++turns, shown(turn->answer));
        else if (auto const tool = read<tool_record>(record))
            out += fmt::format(
                "{}{}{}:\n\n{}\n",
                tool->report.name,
                tool->report.subject.empty() ? "" : " " + tool->report.subject,
                tool->outcome.is_error ? " (failed)" : "",
                fenced("result", mcp::head_and_tail(tool->outcome.text, result_shown)));
        else if (auto const answer = read<answer_record>(record))
            out += fmt::format("## Answer\n\n{}\n\n", answer->text);
        else if (auto const more = read<follow_up_record>(record))
            out += fmt::format("# Further task\n\n{}\n\n", more->task);
    }
    return out;
}

}  // namespace agent
