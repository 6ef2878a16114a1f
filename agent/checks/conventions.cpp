#include "agent/checks/conventions.hpp"

#include "agent/checks/rules/reports/reports.hpp"
#include "agent/checks/rules/rules.hpp"
#include "agent/checks/rules/source/file_role.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace agent {

namespace {

constexpr std::size_t most_shown = 40;  // problems of one listing

std::size_t rules_in_use()
{
    static auto const count = checks::describe_rules().size();
    return count;
}

// The facts as they are with the changes: a staged configuration counts.
checks::project_facts facts_with(staged_edits const& edits, fingerprint facts)
{
    for (auto const& change : edits.changes())
        if (change.kind != change_kind::deleted && change.path.find('/') == std::string::npos &&
            checks::role_of(change.path) == checks::file_role::next_config)
            set_next_config(facts, change.path, change.text);
    return checks::facts_of(facts);
}

checks::source_reader reader_of(staged_edits const& edits)
{
    return [&edits](std::string_view path) -> std::optional<std::string> {
        auto text = edits.read(path);
        if (!text)
            return std::nullopt;
        return std::move(*text);
    };
}

checks::source_reader reader_of(project_root const& project)
{
    return [&project](std::string_view path) -> std::optional<std::string> {
        auto text = project.read(path);
        if (!text)
            return std::nullopt;
        return std::move(*text);
    };
}

// What a finding is, wherever in its file it has moved to.
using sort_of_finding = std::tuple<std::string, std::string, std::string>;

sort_of_finding sort_of(checks::finding const& f)
{
    return {f.path, f.rule, f.message};
}

check_problem problem_of(checks::finding const& f)
{
    check_problem out;
    out.rule = f.rule;
    out.error = f.severity == checks::severity::error;
    out.path = f.path;
    out.line = static_cast<std::int64_t>(f.range.from.line);
    out.column = static_cast<std::int64_t>(f.range.from.column);
    out.message = f.message;
    out.page = f.page;
    return out;
}

}  // namespace

checked_edits check_conventions(staged_edits const& edits, fingerprint const& facts)
{
    std::vector<checks::checked_file> now;
    std::vector<checks::checked_file> before;
    for (auto& change : edits.changes()) {
        if (change.kind == change_kind::deleted || !checks::is_script(change.path))
            continue;
        if (change.kind == change_kind::modified)
            if (auto old = edits.project().read(change.path))
                before.push_back({change.path, std::move(*old)});
        now.push_back({std::move(change.path), std::move(change.text), true});
    }
    checked_edits out;
    if (now.empty())
        return out;

    auto found = checks::check_rules(now, facts_with(edits, facts), reader_of(edits));
    std::map<sort_of_finding, int> known;
    if (!found.empty())
        for (auto const& f :
             checks::check_rules(before, checks::facts_of(facts), reader_of(edits.project())))
            ++known[sort_of(f)];
    std::erase_if(found, [&known](checks::finding const& f) {
        auto const same = known.find(sort_of(f));
        return same != known.end() && same->second-- > 0;
    });
    std::stable_sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
        return a.severity < b.severity;
    });

    check_result rules;
    rules.check = "Conventions";
    for (auto const& f : found)
        rules.problems.push_back(problem_of(f));
    bool const wrong = std::ranges::any_of(rules.problems, &check_problem::error);
    rules.status = wrong ? check_status::failed : check_status::passed;
    rules.detail = fmt::format("{} rules: {}", rules_in_use(), checks::summary(found, now.size()));
    if (!found.empty()) {
        checks::report_context context;
        context.files = now.size();
        context.frames = most_shown;
        if (found.size() > most_shown)
            found.resize(most_shown);
        out.listing = checks::report_text(found, now, context);
    }
    out.results.push_back(std::move(rules));
    return out;
}

}  // namespace agent
