#include "server/app/runs/run_text.hpp"

#include "agent/report.hpp"
#include "protocol/uri_template.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace app {

namespace {

constexpr std::size_t most_links = 20;
constexpr std::size_t news_shown = 30;  // lines

mcp::ResourceLink link(std::string uri, std::string name, char const* mime)
{
    mcp::ResourceLink out;
    out.uri = std::move(uri);
    out.name = std::move(name);
    out.mimeType = mime;
    return out;
}

std::string elapsed(agent::live_run const& run)
{
    auto const time =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - run.created);
    auto const s = std::max<std::int64_t>(0, time.count());
    return s < 90 ? fmt::format("{} s", s) : fmt::format("{} min {} s", s / 60, s % 60);
}

}  // namespace

std::string run_uri(std::string_view id, std::string_view part)
{
    return fmt::format("run://{}{}{}", id, part.empty() ? "" : "/", part);
}

std::string run_file_uri(std::string const& id, std::string const& path)
{
    mcp::uri_variables values;
    values["run_id"] = id;
    values["path"] = path;
    return mcp::uri_template::parse(run_file_template)->expand(values);
}

mcp::CallToolResult
run_result(agent::live_run const& run, std::string const& problem, mcp::redactor const& redact)
{
    auto const& outcome = *run.outcome;
    if (outcome.status == agent::run_status::brief)
        return mcp::text_result(redact(outcome.brief));
    std::string footer;
    if (outcome.account.turns > 0)
        footer = fmt::format(
            "\nRun `{}`. For a further task on this work, call nextjs_backend_engineer with this "
            "run_id.\n",
            run.id);
    if (!problem.empty())
        footer += fmt::format("\n> Runs do not survive this server: {}\n", problem);
    bool const failed =
        outcome.status == agent::run_status::failed || outcome.status == agent::run_status::refused;
    if (failed && outcome.files.empty())
        return mcp::error_result(redact(outcome.reason + footer));

    agent::report_limits limits;
    limits.bytes = longest_result - footer.size() - 200;  // for the mark of a cut
    limits.rest_at = [&run](std::string const& path) { return run_file_uri(run.id, path); };
    auto out = mcp::text_result(redact(agent::render_report(outcome, limits) + footer));
    std::size_t links = 0;
    for (auto const& file : outcome.files)
        if (file.kind != agent::change_kind::deleted && ++links <= most_links)
            out.content.emplace_back(
                link(run_file_uri(run.id, file.path), file.path, "text/plain"));
    if (!outcome.files.empty())
        out.content.emplace_back(
            link(run_uri(run.id, "diff"), "all changes as a diff", "text/x-diff"));
    out.content.emplace_back(
        link(run_uri(run.id, "documentation"), "documentation used", "text/markdown"));
    return out;
}

mcp::CallToolResult open_questions(agent::live_run const& run, mcp::redactor const& redact)
{
    return mcp::text_result(redact(fmt::format(
        "**Needs input.** The expert cannot go on without these answers:\n\n{}\n"
        "Ask the user, then call nextjs_backend_engineer with run_id \"{}\" and the answers as "
        "`task`, by number. The work done so far is kept.\n",
        numbered(run.outcome->questions),
        run.id)));
}

mcp::CallToolResult where_it_stands(
    agent::live_run const& run,
    std::uint64_t told,
    std::chrono::seconds next_wait,
    bool handed_over,
    mcp::redactor const& redact)
{
    auto out = fmt::format(
        "**Still working** after {}: {}.\n\n",
        elapsed(run),
        run.lines.empty() ? "about to start" : run.lines.back().text);
    std::vector<std::string_view> fresh;
    for (auto const& line : run.lines)
        if (line.number > told)
            fresh.emplace_back(line.text);
    std::string news;
    for (auto i = fresh.size() - std::min(fresh.size(), news_shown); i < fresh.size(); ++i)
        news += fmt::format("- {}\n", fresh[i]);
    if (!news.empty())
        out += fmt::format("{}\n{}\n", handed_over ? "So far:" : "Since you last asked:", news);
    out += fmt::format(
        "Call nextjs_backend_engineer_result with run_id \"{}\" now: it waits up to {} s for the "
        "result. {}\n",
        run.id,
        next_wait.count(),
        handed_over ? "The work goes on meanwhile and is not lost; do not start the task again."
                    : "Nothing is lost by waiting.");
    return mcp::text_result(redact(out));
}

std::string numbered(std::vector<agent::question> const& questions)
{
    std::string out;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        out += fmt::format("{}. {}", i + 1, questions[i].question);
        if (auto const& options = questions[i].options; options && !options->empty())
            out += fmt::format(" ({})", fmt::join(*options, " / "));
        out += '\n';
    }
    return out;
}

mcp::InputRequest question_form(std::vector<agent::question> const& questions)
{
    mcp::json::object properties;
    mcp::json::array required;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        mcp::json::object field{{"type", "string"}, {"description", questions[i].question}};
        if (auto const& options = questions[i].options; options && !options->empty())
            field.emplace("enum", mcp::encode(*options));
        auto const key = fmt::format("answer_{}", i + 1);
        properties.emplace(key, std::move(field));
        required.emplace_back(mcp::json::string(key));
    }
    mcp::json::object schema{
        {"type", "object"}, {"properties", std::move(properties)}, {"required", required}};
    return mcp::elicit(
        "The Next.js backend engineer has to know:\n" + numbered(questions), std::move(schema));
}

std::string
filled_in(std::vector<agent::question> const& questions, mcp::ElicitResult const& answer)
{
    if (answer.action != mcp::ElicitAction::accept || !answer.content)
        return "They did not answer. Decide yourself, and say in the notes what you assumed.";
    std::string out;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        auto const* value = answer.content->if_contains(fmt::format("answer_{}", i + 1));
        out += fmt::format(
            "{}. {} {}\n",
            i + 1,
            questions[i].question,
            value && value->is_string() ? std::string_view(value->get_string()) : "(no answer)");
    }
    return out;
}

}  // namespace app
