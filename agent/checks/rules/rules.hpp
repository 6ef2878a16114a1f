#pragma once

// The conventions of a Next.js backend, held against source files without running anything: no
// Node, no network, no configuration. Who writes code asks before delivering it, a person asks in
// CI. Pure but for the reader; blocking (about 20 MB a second); bounded for any input.
// hosts-and-domain 2.5.

#include "agent/checks/rules/finding.hpp"
#include "agent/checks/rules/project_facts.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agent::checks {

// A file as it is to be checked. What is no script is passed over, and so are tests.
struct checked_file {
    std::string path;  // normalized, relative to the project
    std::string text;
    bool fresh = false;  // just written: parsed even where no rule has a reason to look
};

// Another file of the project, by the same kind of name; nothing if there is none. May be empty.
using source_reader = std::function<std::optional<std::string>(std::string_view path)>;

// In the order of path, place and rule. `only`: these rules alone; empty: all.
std::vector<finding> check_rules(
    std::span<checked_file const> files,
    project_facts const& facts,
    source_reader const& reader = nullptr,
    std::span<std::string const> only = {});

// What rules there are, for lists.
struct rule_description {
    std::string_view id;
    checks::severity severity = severity::error;
    std::string_view reason;  // one line
    std::string condition;    // "Next.js 16 and newer", "with cacheComponents"; or empty
    std::string page;         // URL
    bool fixable = false;     // some of its findings come with a fix
};

std::vector<rule_description> describe_rules();

}  // namespace agent::checks
