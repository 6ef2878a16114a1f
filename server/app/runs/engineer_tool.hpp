#pragma once

// The tools: nextjs_backend_engineer, which begins a run or goes on with one, and the two that ask
// after it and stop it.

#include "agent/front_matter.hpp"
#include "server/app/runs/delivery.hpp"
#include "server/features.hpp"

namespace app {

// `expert` and `by` outlive `offered`. `may_write`: a run may be asked to write its files.
void add_engineer_tools(
    server::features& offered, agent::agent_file const& expert, delivery const& by, bool may_write);

}  // namespace app
