#pragma once

// nextjs_backend_check: the rules of a Next.js backend on a project, on a part of it, or on files
// that are only proposed. No model, no Node, nothing is run and nothing is written.

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
    boost::asio::any_io_executor pool;
};

void add_check_tool(server::features& offered, check_sources sources);

}  // namespace app
