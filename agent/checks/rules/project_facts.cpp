#include "agent/checks/rules/project_facts.hpp"

#include <algorithm>

namespace agent::checks {

bool project_facts::has_flag(std::string_view name) const
{
    return std::any_of(config.begin(), config.end(), [name](config_flag const& flag) {
        return flag.name == name;
    });
}

project_facts facts_of(fingerprint const& project)
{
    project_facts out;
    out.next = project.next_release();
    out.cache_components = project.cache_components;
    out.config = project.config;
    out.aliases = project.aliases;
    auto const found = project.libraries.find("auth");
    out.authentication = found != project.libraries.end() && !found->second.empty();
    return out;
}

}  // namespace agent::checks
