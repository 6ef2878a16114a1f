#include "agent/checks/types_rows.hpp"

#include "agent/checks/rules/line_index.hpp"
#include "agent/checks/rules/reports/reports.hpp"
#include "agent/project/source/imports.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace agent {

namespace {

constexpr std::size_t most_listed = 40;
constexpr std::size_t most_frames = 20;

using verdict = types_result::verdict;

// The lines of a message side by side.
std::string one_line(std::string text)
{
    std::ranges::replace(text, '\n', ' ');
    return mcp::sanitize_line(text);
}

check_result not_run(char const* check, std::string why)
{
    check_result out;
    out.check = check;
    out.detail = std::move(why);
    return out;
}

check_problem problem_of(diagnostic const& d)
{
    check_problem out;
    out.rule = d.code;
    out.error = true;
    out.path = d.file;
    out.line = static_cast<std::int64_t>(d.line);
    out.column = static_cast<std::int64_t>(d.column);
    out.message = one_line(d.message);
    return out;
}

std::string errors(std::size_t count)
{
    return fmt::format("{} error{}", count, count == 1 ? "" : "s");
}

// By what, in how long, and what was there before.
std::string account(types_result const& ran)
{
    std::string out;
    for (auto const& time : ran.times)
        out += fmt::format(
            "{}{} {:.1f} s",
            out.empty() ? "" : ", ",
            time.tool,
            static_cast<double>(time.took.count()) / 1000);
    if (!ran.typescript_version.empty())
        out += fmt::format("; TypeScript {}", ran.typescript_version);
    if (!ran.next_version.empty())
        out += fmt::format(", Next.js {}", ran.next_version);
    if (ran.preexisting_count > 0)
        out += fmt::format("; {} that the project had before", errors(ran.preexisting_count));
    for (auto const& note : ran.notes)
        out += "; " + mcp::sanitize_line(note);
    return out;
}

// Of "Cannot find module 'resend/webhooks' or its corresponding type declarations."; else empty.
std::string missing_package(diagnostic const& d)
{
    if (d.code != "TS2307")
        return {};
    auto const begin = d.message.find('\'');
    auto const end = d.message.find('\'', begin + 1);
    if (begin == std::string::npos || end == std::string::npos)
        return {};
    return package_of(d.message.substr(begin + 1, end - begin - 1));
}

checks::finding finding_of(diagnostic const& d)
{
    checks::finding out;
    out.rule = d.code;
    out.path = d.file;
    out.range.from = {std::max<std::size_t>(d.line, 1), std::max<std::size_t>(d.column, 1)};
    out.range.to = {out.range.from.line, out.range.from.column + 1};
    out.message = one_line(d.message);
    return out;
}

// The errors with the lines around them.
std::string listing_of(types_result const& ran, checks::source_reader const& reader)
{
    std::map<std::string, std::string> texts;
    std::vector<checks::finding> framed;
    std::string rest;
    for (auto const& d : ran.introduced) {
        if (framed.size() >= most_listed)
            break;
        if (d.file.empty() || d.line == 0) {
            rest += fmt::format("{}: {}\n\n", d.code, one_line(d.message));
            continue;
        }
        if (!texts.contains(d.file))
            texts[d.file] = reader(d.file).value_or("");
        framed.push_back(finding_of(d));
    }
    std::vector<checks::checked_file> files;
    files.reserve(texts.size());
    for (auto& [path, text] : texts)
        files.push_back({path, std::move(text)});
    checks::report_context context;
    context.files = files.size();
    context.frames = most_frames;
    auto out = rest;
    if (!framed.empty())
        out += checks::report_text(framed, files, context);
    if (ran.introduced_count > framed.size() && framed.size() >= most_listed)
        out += fmt::format("And {} more.\n", ran.introduced_count - framed.size());
    return out;
}

check_result judged(char const* check, types_result const& ran)
{
    check_result out;
    out.check = check;
    for (auto const& d : ran.introduced)
        out.problems.push_back(problem_of(d));
    out.status = ran.introduced_count > 0 ? check_status::failed : check_status::passed;
    out.detail = fmt::format(
        "{} ({})",
        ran.introduced_count > 0 ? errors(ran.introduced_count) : std::string("no error"),
        account(ran));
    return out;
}

}  // namespace

types_result of_whole_project(types_result ran)
{
    std::ranges::move(ran.preexisting, std::back_inserter(ran.introduced));
    ran.introduced_count += std::exchange(ran.preexisting_count, 0);
    ran.preexisting.clear();
    if (ran.checked && ran.introduced_count > 0)
        ran.status = verdict::failed;
    return ran;
}

std::vector<checks::finding> findings_of(std::vector<diagnostic> const& errors)
{
    std::vector<checks::finding> out;
    for (auto const& d : errors) {
        out.push_back(finding_of(d));
        if (d.file.empty())
            out.back().path = "tsconfig.json";  // about the project as a whole
    }
    return out;
}

void set_aside(types_result& ran, std::vector<std::string> const& to_install)
{
    std::set<std::string> missing;
    std::set<std::string> files;
    std::erase_if(ran.introduced, [&](diagnostic const& d) {
        auto const package = missing_package(d);
        if (package.empty() || std::ranges::find(to_install, package) == to_install.end())
            return false;
        missing.insert(package);
        files.insert(d.file);
        --ran.introduced_count;
        return true;
    });
    if (missing.empty())
        return;
    // What is imported from there is `any`, and so is what is handed to it.
    std::erase_if(ran.introduced, [&](diagnostic const& d) {
        if (!files.contains(d.file) || (d.code != "TS7006" && d.code != "TS7031"))
            return false;
        --ran.introduced_count;
        return true;
    });
    std::string names;
    for (auto const& package : missing)
        names += (names.empty() ? "" : ", ") + package;
    ran.notes.push_back("Not installed yet, and so not checked against: " + names);
    if (ran.introduced_count == 0 && ran.status == verdict::failed)
        ran.status = verdict::passed;
    ran.reason = "packages that are to be installed are missing";
}

verification rows_not_run(std::string const& types, std::string const& build)
{
    return {not_run("Types", types), not_run("Build", build)};
}

checked_edits rows_of(types_result const& ran, bool build, checks::source_reader const& reader)
{
    checked_edits out;
    auto const unasked = std::string("not asked for (verify: build)");
    auto types = judged("Types", ran);
    if (ran.built) {
        // It is begun only where the types are right: what is wrong is the build's.
        types = not_run("Types", "no error");
        types.status = check_status::passed;
        auto built = judged("Build", ran);
        if (ran.introduced_count == 0 && !ran.base_broken.empty()) {
            built.status = check_status::not_run;
            built.detail = "the project cannot be built without the changes either: " +
                           one_line(ran.base_broken.substr(0, 300));
        }
        out.results = {std::move(types), std::move(built)};
    } else if (!ran.checked) {
        auto const why = ran.status == verdict::not_run
                             ? ran.reason
                             : fmt::format("{}: {}", name_of(ran.status), ran.reason);
        out.results = rows_not_run(why, build ? why : unasked);
    } else if (ran.introduced_count > 0) {
        auto const why = std::string("the types have errors");
        out.results = {std::move(types), not_run("Build", build ? why : unasked)};
    } else {
        out.results = {std::move(types), not_run("Build", build ? ran.reason : unasked)};
    }
    if (ran.introduced_count > 0)
        out.listing = listing_of(ran, reader);
    return out;
}

}  // namespace agent
