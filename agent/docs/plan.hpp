#pragma once

// What to look up before the first model call: a pure function of the task and of what is
// installed. A model that is merely told to look things up does so in half of the cases
// (hosts-and-domain 0.1), so the engine asks for it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct planned_lookup {
    std::string library;  // npm package name
    std::string
        question;  // goes to a third party: short, and cleaned of paths and secrets by its caller
};

// At most `limit`, most useful first; always starts with `next` and the task itself.
// `installed`: npm names of the project's packages, direct dependencies only. `cache_components`:
// next.config's flag, where it is known; it decides between two models of caching that exclude each
// other.
std::vector<planned_lookup> plan_lookups(
    std::string_view task,
    std::vector<std::string> const& installed,
    std::optional<bool> cache_components = std::nullopt,
    std::size_t limit = 6);

}  // namespace agent
