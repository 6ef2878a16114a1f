#pragma once

// The tools: nextjs_backend_engineer, which begins a run or goes on with one, and the two that ask
// after it and stop it.

#include "server/app/runs/delivery.hpp"
#include "server/features.hpp"

#include <string>
#include <vector>

namespace app {

struct engineer_options {
    bool may_write = false;          // a run may be asked to write its files
    std::vector<std::string> roots;  // folders that may be read
};

// `by` outlives `offered`.
void add_engineer_tools(
    server::features& offered, delivery const& by, engineer_options const& options);

}  // namespace app
