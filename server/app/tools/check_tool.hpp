#pragma once

// nextjs_backend_check: the rules of a Next.js backend on a project, on a part of it, or on files
// that are only proposed; and, where that is asked for, the project's own compiler or build on the
// same. No model, and nothing is written.

#include "agent/checks/types_in_turn.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "server/features.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <vector>

namespace app {

// What the tool works on; all of it outlives it.
struct check_sources {
    std::vector<std::string> roots;  // folders it may read; the first is the default project
    agent::knowledge known;
    agent::types_setup types;
    boost::asio::any_io_executor pool;
};

void add_check_tool(server::features& offered, check_sources sources);

}  // namespace app
