#pragma once

// The tools: nextjs_backend_engineer, which begins a run or goes on with one, and the two that ask
// after it and stop it.

#include "agent/front_matter.hpp"
#include "server/app/runs/delivery.hpp"
#include "server/features.hpp"

#include <string>
#include <vector>

namespace app {

struct engineer_options {
    bool may_write = false;          // a run may be asked to write its files
    std::vector<std::string> roots;  // folders that may be read
};

// `expert` and `by` outlive `offered`.
void add_engineer_tools(
    server::features& offered,
    agent::agent_file const& expert,
    delivery const& by,
    engineer_options const& options);

}  // namespace app
