#pragma once

// What rules depend on in a project: a small part of its fingerprint, so that a test, or a caller
// with nothing but a few files, can say it in a line. Everything unknown is taken for the newest
// Next.js with nothing switched on or off.

#include "agent/project/fingerprint.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent::checks {

struct project_facts {
    std::optional<std::pair<int, int>> next;  // {16, 4}
    std::optional<bool> cache_components;
    std::vector<config_flag> config;
    std::vector<path_alias> aliases;
    bool authentication = false;  // the project knows its users: a package or a module for it

    bool at_least(int major, int minor = 0) const
    {
        return !next || *next >= std::pair(major, minor);
    }
    bool has_flag(std::string_view name) const;
};

project_facts facts_of(fingerprint const& project);

}  // namespace agent::checks
