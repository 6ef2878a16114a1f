#include "agent/prompt.hpp"

#include "prompts/prompts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace agent {

namespace {

constexpr std::size_t max_packages = 40;

bool plain(std::string_view text, std::string_view also, std::size_t limit)
{
    return !text.empty() && text.size() <= limit &&
           std::all_of(text.begin(), text.end(), [also](unsigned char c) {
               return std::isalnum(c) != 0 || also.find(static_cast<char>(c)) != also.npos;
           });
}

// Only what can be nothing but a name and a version enters a system prompt.
std::string installed(fingerprint const& project)
{
    std::string list;
    std::size_t count = 0;
    for (auto const& d : project.dependencies) {
        auto const& version = d.installed.empty() ? d.range : d.installed;
        if (!plain(d.name, "@/._-~", 100) || !plain(version, ".+-^~", 40))
            continue;
        if (count++ == max_packages)
            return list + ", …";
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", d.name, version);
    }
    return list.empty() ? "nothing that could be read" : list;
}

// Which lines of the template hold.
std::set<std::string_view> facts_of(fingerprint const* project, prompt_options const& options)
{
    std::set<std::string_view> facts;
    facts.insert(options.reader == audience::run ? "run" : "host");
    facts.insert(options.may_edit ? "edit" : "read only");
    bool const known = project != nullptr && project->package_json;
    facts.insert(known ? "project" : "no project");
    auto const release = project != nullptr ? project->next_release() : std::nullopt;
    if (!release)
        facts.insert("version unknown");
    else if (release->first >= 16)
        facts.insert("16 or later");
    else
        facts.insert(release->first == 15 ? "15" : "14 or earlier");
    if (known && !project->next_project)
        facts.insert("not next");
    auto const cache = project != nullptr ? project->cache_components : std::nullopt;
    if (!cache || !release)
        facts.insert("cache components unknown");
    else
        facts.insert(*cache ? "cache components on" : "cache components off");
    facts.insert(
        project != nullptr && !project->bundled_docs.empty() ? "bundled docs" : "no bundled docs");
    return facts;
}

// "[16 or later] [edit] text" → "text" if both hold; lines without brackets always hold.
std::string lines_that_hold(std::string_view text, std::set<std::string_view> const& facts)
{
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        at = end + 1;
        bool holds = true;
        while (line.starts_with('[')) {
            auto const close = std::min(line.find("] "), line.size() - 1);
            holds = holds && facts.contains(line.substr(1, close - 1));
            line.remove_prefix(std::min(close + 2, line.size()));
        }
        if (holds)
            out.append(line).push_back('\n');
    }
    return out;
}

}  // namespace

std::string version_notes(fingerprint const* project, prompt_options const& options)
{
    auto const lines = lines_that_hold(prompts::version_notes, facts_of(project, options));
    std::string version = "unknown";
    std::string packages;
    if (project != nullptr) {
        auto const* next = project->find("next");
        if (plain(project->next_version, ".+-", 40))
            version = project->next_version;
        else if (next != nullptr && plain(next->range, ".^~", 40))
            version = next->range + " (not installed)";
        packages = installed(*project);
    }
    return fmt::format(
        fmt::runtime(lines), fmt::arg("version", version), fmt::arg("packages", packages));
}

std::vector<std::string>
system_blocks(agent_file const& expert, fingerprint const* project, prompt_options const& options)
{
    return {expert.body, version_notes(project, options)};
}

}  // namespace agent
