#include "server/app/terminal/check_command.hpp"

#include "agent/checks/rules/fixes.hpp"
#include "agent/checks/rules/reports/reports.hpp"
#include "agent/checks/rules/rules.hpp"
#include "agent/checks/source_files.hpp"
#include "agent/checks/types_rows.hpp"
#include "agent/project/fingerprint.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc/async.hpp"
#include "server/app/terminal/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace app {

using boost::asio::awaitable;
namespace checks = agent::checks;

namespace {

constexpr int could_not = 2;

std::string json_line(boost::json::value const& value)
{
    std::string out;
    mcp::append_json(out, value);
    return out + "\n";
}

// What came of the work: text for stdout, sentences for stderr, the exit code.
struct outcome {
    std::string out;
    std::vector<std::string> complaints;
    int code = 0;
};

std::string list_rules(check_options const& options)
{
    auto const rules = checks::describe_rules();
    if (options.format != check_format::text) {
        boost::json::array list;
        for (auto const& rule : rules) {
            boost::json::object one;
            one["id"] = rule.id;
            one["severity"] = checks::name_of(rule.severity);
            one["reason"] = rule.reason;
            one["condition"] = rule.condition;
            one["page"] = rule.page;
            one["fixable"] = rule.fixable;
            list.push_back(std::move(one));
        }
        return json_line(list);
    }
    std::string out;
    for (auto const& rule : rules)
        out += fmt::format(
            "{:<36} {:<8} {}{}{}\n",
            rule.id,
            checks::name_of(rule.severity),
            rule.reason,
            rule.condition.empty() ? std::string() : fmt::format(" [{}]", rule.condition),
            rule.fixable ? " [--fix]" : "");
    return out;
}

std::string unknown_rule(
    std::vector<std::string> const& wanted, std::vector<checks::rule_description> const& all)
{
    for (auto const& id : wanted)
        if (std::none_of(all.begin(), all.end(), [&](auto const& rule) { return rule.id == id; }))
            return id;
    return {};
}

class checking {
public:
    checking(
        agent::project_root project, agent::knowledge const& known, check_options const& options)
        : project_(std::move(project)), options_(options)
    {
        auto const print = agent::read_fingerprint(project_, known);
        foreign_ = print.package_json && !print.next_project;
        facts_ = checks::facts_of(print);
    }

    // The rules.
    outcome look(std::string const& directory)
    {
        outcome out;
        auto gathered = checks::gather_files(project_, options_.paths, directory);
        out.complaints = std::move(gathered.problems);
        if (foreign_)
            out.complaints.emplace_back(
                "This project does not depend on next: the rules are about another framework.");
        findings_ = check(gathered.files);
        // One fix may uncover another, but never for ever.
        for (int round = 0; options_.fix && round < 5; ++round) {
            if (!fix(gathered.files, findings_, out))
                break;
            findings_ = check(gathered.files);
        }
        if (fixed_ > 0)
            out.complaints.push_back(fmt::format("Fixed {} findings.", fixed_));
        if (!gathered.complete)
            out.code = could_not;
        files_ = std::move(gathered.files);
        return out;
    }

    agent::project_root const& project() const { return project_; }

    // What the type checker or the build says belongs in the same list.
    void add(agent::types_result const& ran, outcome& out)
    {
        if (!ran.checked) {
            out.complaints.push_back("The types were not checked: " + ran.reason);
            out.code = could_not;
            return;
        }
        for (auto& f : agent::findings_of(ran.introduced))
            if (options_.paths.empty() || is_asked_for(f.path))
                findings_.push_back(std::move(f));
        auto const told = ran.introduced.size();
        if (ran.introduced_count > told)
            out.complaints.push_back(fmt::format(
                "{} more errors of the types are not shown.", ran.introduced_count - told));
        if (options_.verify == agent::verify_level::build && !ran.built) {
            out.complaints.push_back("Nothing was built: " + ran.reason);
            out.code = could_not;
        }
        out.complaints.insert(out.complaints.end(), ran.notes.begin(), ran.notes.end());
    }

    void report(outcome& out) const
    {
        out.out = text();
        if (out.code == 0 && has_errors())
            out.code = 1;
    }

private:
    bool is_asked_for(std::string const& path) const
    {
        return std::ranges::find(files_, path, &checks::checked_file::path) != files_.end();
    }

    std::vector<checks::finding> check(std::vector<checks::checked_file> const& files) const
    {
        auto const reader = [this](std::string_view path) -> std::optional<std::string> {
            auto text = project_.read(path);
            if (!text)
                return std::nullopt;
            return std::move(*text);
        };
        return checks::check_rules(files, facts_, reader, options_.rules);
    }

    // Whether any file has changed.
    bool
    fix(std::vector<checks::checked_file>& files,
        std::vector<checks::finding> const& findings,
        outcome& out)
    {
        bool changed = false;
        for (auto& file : files) {
            std::vector<checks::finding> own;
            std::copy_if(
                findings.begin(), findings.end(), std::back_inserter(own), [&](auto const& f) {
                    return f.path == file.path && !f.fix.empty();
                });
            if (own.empty())
                continue;
            auto fixed = checks::apply_fixes(file.text, own);
            if (fixed.fixes == 0 || fixed.text == file.text)
                continue;
            auto why = checks::replace_file(project_, file.path, fixed.text);
            if (!why.empty()) {
                if (std::find(out.complaints.begin(), out.complaints.end(), why) ==
                    out.complaints.end())
                    out.complaints.push_back(std::move(why));
                continue;
            }
            file.text = std::move(fixed.text);
            fixed_ += fixed.fixes;
            changed = true;
        }
        return changed;
    }

    bool has_errors() const
    {
        return std::ranges::any_of(findings_, [](checks::finding const& f) {
            return f.severity == checks::severity::error;
        });
    }

    std::string text() const
    {
        checks::report_context context;
        context.files = files_.size();
        context.tool_version = NBE_VERSION;
        switch (options_.format) {
        case check_format::json:
            return json_line(checks::report_json(findings_, context));
        case check_format::sarif:
            return json_line(checks::report_sarif(findings_, context));
        default:
            return checks::report_text(findings_, files_, context);
        }
    }

    agent::project_root project_;
    check_options const& options_;
    std::vector<checks::checked_file> files_;
    std::vector<checks::finding> findings_;
    checks::project_facts facts_;
    bool foreign_ = false;  // another framework's project
    std::size_t fixed_ = 0;
};

using checking_ptr = std::unique_ptr<checking>;

agent::file_result<checking_ptr>
open_project(std::string const& folder, agent::knowledge const& known, check_options const& options)
{
    auto root = agent::project_root::open(folder);
    if (!root)
        return root.error();
    return std::make_unique<checking>(std::move(*root), known, options);
}

awaitable<outcome> check_project(check_place const& place, check_options const& options)
{
    std::error_code ignored;
    auto const directory = std::filesystem::current_path(ignored).string();
    auto const& folder = place.project.empty() ? directory : place.project;
    auto open = [&] { return open_project(folder, place.known, options); };
    auto opened = co_await mcp::offload(place.pool, open);
    outcome out;
    if (!opened) {
        out.complaints.push_back(opened.error().message);
        out.code = could_not;
        co_return out;
    }
    auto& project = **opened;
    auto look = [&] { return project.look(directory); };
    out = co_await mcp::offload(place.pool, look);
    if (options.verify != agent::verify_level::rules) {
        bool const build = options.verify == agent::verify_level::build;
        std::vector<agent::file_change> none;
        auto ran = co_await agent::check_types_in_turn(
            place.types, project.project(), std::move(none), build, place.pool);
        project.add(agent::of_whole_project(std::move(ran)), out);
    }
    project.report(out);
    co_return out;
}

}  // namespace

awaitable<int> check_command(check_place place, check_options options)
{
    if (options.list) {
        print(list_rules(options));
        co_return 0;
    }
    if (auto const id = unknown_rule(options.rules, checks::describe_rules()); !id.empty()) {
        complain(fmt::format("There is no rule {}: --rules lists them.", id));
        co_return could_not;
    }
    if (options.verify > place.types.most) {
        complain("--verify asks for more than --max-verify allows.");
        co_return could_not;
    }
    outcome result;
    std::string mistake;
    try {
        result = co_await check_project(place, options);
    } catch (boost::system::system_error const&) {
        throw;  // cancelled
    } catch (std::exception const& e) {
        mistake = e.what();
    }
    if (!mistake.empty()) {
        complain(mistake);
        co_return could_not;
    }
    for (auto const& sentence : result.complaints)
        complain(sentence);
    print(result.out);
    co_return result.code;
}

}  // namespace app
