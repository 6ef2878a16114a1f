#pragma once

// Runs as resources: run://{run_id} and, below it, its files, the diff of them all, its transcript
// and the documentation it looked up. Of a run that works, what there is so far. Everybody sees
// their own.

#include "server/app/runs/delivery.hpp"
#include "server/features.hpp"

namespace app {

// `by` outlives `offered`. Tells who subscribed to a run what happens to it.
void add_run_resources(server::features& offered, delivery const& by);

}  // namespace app
