#pragma once

// The expert as MCP sees it: the tool nextjs_backend_engineer.

#include "agent/engineer.hpp"
#include "agent/front_matter.hpp"
#include "protocol/text.hpp"
#include "server/features.hpp"

namespace app {

// All outlive `offered`.
void add_engineer_tool(
    server::features& offered,
    agent::engineer& engineer,
    agent::agent_file const& expert,
    mcp::redactor const& redact);

}  // namespace app
