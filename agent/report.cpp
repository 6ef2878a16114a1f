#include "agent/report.hpp"

#include "agent/context.hpp"
#include "agent/docs/quote.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {
namespace {

std::string_view verb(change_kind kind)
{
    switch (kind) {
    case change_kind::created:
        return "created";
    case change_kind::modified:
        return "modified";
    case change_kind::deleted:
        break;
    }
    return "deleted";
}

std::string join(std::vector<std::string> const& names)
{
    std::string out;
    for (auto const& n : names)
        out += (out.empty() ? "`" : ", `") + n + "`";
    return out;
}

// The passages the answer rests on, and whether there are any.
std::vector<passage> used(run_outcome const& outcome)
{
    return best_passages(outcome.documentation, std::size_t{1} << 30);
}

std::string place(check_problem const& p)
{
    if (p.path.empty())
        return "The project:";
    return p.line > 0 ? fmt::format("`{}:{}`", p.path, p.line) : fmt::format("`{}`", p.path);
}

// In one cell of a table.
std::string cell(std::string_view text)
{
    std::string out;
    for (char const c : text) {
        if (c == '|')
            out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// Errors that the model did not repair.
std::string unrepaired(verification const& checks)
{
    constexpr int most_told = 20;
    std::string out;
    int count = 0;
    for (auto const& result : checks)
        for (auto const& p : result.problems) {
            if (!p.error)
                continue;
            if (++count <= most_told)
                out += fmt::format("> - {} {} ({})\n", place(p), p.message, p.rule);
        }
    if (count == 0)
        return {};
    if (count > most_told)
        out += fmt::format("> - and {} more\n", count - most_told);
    return "> **The checks find errors that were not repaired.** Do not use these files as they "
           "are:\n" +
           out;
}

std::string_view emphasized(check_status status)
{
    return status == check_status::failed ? "**failed**" : shown(status);
}

// What was checked and what was not; warnings of what was.
std::string verification_section(verification const& checks)
{
    std::string out = "## Verification\n\n| check | result | |\n|---|---|---|\n";
    std::string warnings;
    for (auto const& result : checks) {
        out += fmt::format(
            "| {} | {} | {} |\n", result.check, emphasized(result.status), cell(result.detail));
        for (auto const& p : result.problems)
            if (!p.error)
                warnings +=
                    fmt::format("- {} {} ([{}]({}))\n", place(p), p.message, p.rule, p.page);
    }
    if (!warnings.empty())
        out += "\nTo be looked at:\n\n" + warnings;
    return out + "\n";
}

// What must be known before the rest is believed.
std::string warnings(run_outcome const& outcome)
{
    std::string out;
    if (outcome.status != run_status::completed && !outcome.reason.empty())
        out += fmt::format("> **{}**\n", outcome.reason);
    auto const failures = unique_failures(outcome.documentation);
    if (used(outcome).empty())
        out += "> **No documentation could be looked up: this answer is not documented.** Verify "
               "every API before use.\n";
    if (!outcome.undocumented.empty())
        out += fmt::format(
            "> **Not looked up, although the files use it: {}.** Verify these parts before use.\n",
            join(outcome.undocumented));
    if (outcome.checks)
        out += unrepaired(*outcome.checks);
    if (!failures.empty())
        out += "> Could not be asked:\n" + [&] {
            std::string lines;
            for (auto const& f : failures)
                lines += fmt::format("> - {}: {}\n", f.origin, f.error.message);
            return lines;
        }();
    return out.empty() ? out : out + "\n";
}

std::string section(std::string_view title, std::optional<std::string> const& text)
{
    return text && !text->empty() ? fmt::format("## {}\n\n{}\n\n", title, *text) : std::string();
}

std::string environment(std::optional<std::vector<environment_variable>> const& variables)
{
    std::string out = "## Environment variables\n\n";
    if (!variables || variables->empty())
        return out + "None.\n\n";
    for (auto const& v : *variables)
        out += fmt::format("- `{}`: {}\n", v.name, v.purpose);
    return out + "\n";
}

std::string
packages(std::optional<std::vector<required_package>> const& required, std::string_view manager)
{
    std::string out = "## Packages\n\n";
    if (!required || required->empty())
        return out + "Nothing to install.\n\n";
    std::string names;
    for (auto const& p : *required) {
        out += fmt::format("- `{}`: {}\n", p.name, p.purpose);
        names += " " + p.name;
    }
    auto const command = manager == "npm" || manager.empty() ? std::string("npm install")
                                                             : fmt::format("{} add", manager);
    return out + fmt::format("\n{}\n", fenced("install.sh", command + names));
}

// As many as fit into `room`, whole; of the others where they are.
std::string
files_section(std::vector<file_change> const& files, report_limits const& limits, std::size_t room)
{
    if (files.empty())
        return {};
    std::string out = "## Files\n\n";
    for (auto const& f : files) {
        auto const title = fmt::format("### `{}` ({})\n\n", f.path, verb(f.kind));
        auto const text = f.kind == change_kind::deleted ? "" : fenced(f.path, f.text) + "\n";
        if (!limits.rest_at || out.size() + title.size() + text.size() <= room)
            out += title + text;
        else
            out += title + fmt::format(
                               "{} bytes, too long to show here: read the resource `{}`.\n\n",
                               f.text.size(),
                               limits.rest_at(f.path));
    }
    return out;
}

std::string documentation_section(run_outcome const& outcome)
{
    auto const passages = used(outcome);
    if (passages.empty())
        return {};
    return "## Documentation used\n\n" + list_sources(passages) + "\n";
}

std::string usage_section(run_account const& a)
{
    auto out = fmt::format(
        "## Usage\n\n{}, {} turn{}, {} tool call{}, {:.1f} s. Tokens: {} in ({} % from cache, {} "
        "written to it), {} out.",
        a.model,
        a.turns,
        a.turns == 1 ? "" : "s",
        a.tools.size(),
        a.tools.size() == 1 ? "" : "s",
        static_cast<double>(a.time_ms) / 1000,
        a.usage.total_input(),
        a.usage.cached_percent(),
        a.usage.cache_write_5m + a.usage.cache_write_1h,
        a.usage.output);
    if (a.cost_usd)
        out += fmt::format(" About ${:.4f} (estimate).", *a.cost_usd);
    if (a.retries > 0)
        out +=
            fmt::format(" {} request{} had to be repeated.", a.retries, a.retries == 1 ? "" : "s");
    if (a.fallbacks)
        for (auto const& reason : *a.fallbacks)
            out += fmt::format("\n\nAnother model went on in place of {}", reason);
    return out + "\n";
}

}  // namespace

std::string summary(std::vector<file_change> const& files)
{
    std::string out;
    for (auto const kind : {change_kind::created, change_kind::modified, change_kind::deleted}) {
        auto const n = std::ranges::count(files, kind, &file_change::kind);
        if (n > 0)
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, verb(kind));
    }
    return out;
}

std::string render_report(run_outcome const& outcome, report_limits const& limits)
{
    auto const& a = outcome.answer;
    auto out = warnings(outcome);
    if (!outcome.files.empty())
        out += fmt::format(
            "**Files: {}.** {}\n\n",
            summary(outcome.files),
            outcome.written ? outcome.written->message
                            : "Nothing was written to the project; apply them as shown.");
    if (a.questions && !a.questions->empty()) {
        out += "## Questions\n\n";
        for (std::size_t i = 0; i < a.questions->size(); ++i)
            out += fmt::format("{}. {}\n", i + 1, (*a.questions)[i]);
        out += "\n";
    }
    if (!a.approach.empty())
        out += outcome.files.empty() ? a.approach + "\n\n"
                                     : fmt::format("## Approach\n\n{}\n\n", a.approach);
    auto rest = section("Validation", a.validation) + section("Error handling", a.error_handling);
    if (!outcome.files.empty()) {
        rest += environment(a.environment_variables);
        rest += packages(a.packages, outcome.package_manager);
    }
    if (outcome.checks)
        rest += verification_section(*outcome.checks);
    rest += section("Notes", a.notes);
    rest += documentation_section(outcome);
    if (outcome.account.turns > 0)
        rest += usage_section(outcome.account);
    auto const told = out.size() + rest.size();
    auto const room = limits.bytes > told ? limits.bytes - told : 0;
    out += files_section(outcome.files, limits, room) + rest;
    return mcp::head_and_tail(std::move(out), limits.bytes);
}

}  // namespace agent
