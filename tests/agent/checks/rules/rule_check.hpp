#pragma once

// How the rules are asked in tests: one file, or a few of a project that is in memory.

#include "agent/checks/rules/rules.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace test {

using names = std::vector<std::string>;
using agent::checks::checked_file;
using agent::checks::finding;
using agent::checks::project_facts;

inline std::vector<finding>
check_file(std::string path, std::string text, project_facts const& facts = project_facts())
{
    std::vector<checked_file> files;
    files.push_back({std::move(path), std::move(text)});
    return agent::checks::check_rules(files, facts);
}

inline names rules_of(std::vector<finding> const& findings)
{
    names out;
    for (auto const& f : findings)
        out.push_back(f.rule);
    return out;
}

// The rules that a file breaks, in the order of the text.
inline names
broken(std::string path, std::string text, project_facts const& facts = project_facts())
{
    return rules_of(check_file(std::move(path), std::move(text), facts));
}

// "12:3 rule": where as well.
inline names places(std::vector<finding> const& findings)
{
    names out;
    for (auto const& f : findings)
        out.push_back(
            std::to_string(f.range.from.line) + ":" + std::to_string(f.range.from.column) + " " +
            f.rule);
    return out;
}

// Files that are there beside those that are checked.
inline agent::checks::source_reader reader(std::map<std::string, std::string> files)
{
    return [files = std::move(files)](std::string_view path) -> std::optional<std::string> {
        auto const found = files.find(std::string(path));
        if (found == files.end())
            return std::nullopt;
        return found->second;
    };
}

inline project_facts with_cache_components(bool on)
{
    project_facts out;
    out.cache_components = on;
    return out;
}

}  // namespace test
