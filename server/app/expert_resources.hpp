#pragma once

// The resources of the product: the expert's prompt, the version notes for the project, the
// project's facts; and the expert as a skill.

#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/front_matter.hpp"
#include "server/features.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>

namespace app {

// `project` is the default project's folder; empty: there is none. The expert outlives the server.
void add_resources(
    server::features& offered,
    agent::agent_file const& expert,
    agent::knowledge const& known,
    std::string project,
    boost::asio::any_io_executor pool);

}  // namespace app
