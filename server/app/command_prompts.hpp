#pragma once

// The prompts of the product: the expert itself, and the everyday jobs of a Next.js backend as
// commands that a user chooses, with completion of the project's own routes and packages.

#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/front_matter.hpp"
#include "server/features.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <vector>

namespace app {

// `project` is the folder whose routes and packages complete arguments; empty: there is none. The
// expert outlives the server.
void add_prompts(
    server::features& offered,
    agent::agent_file const& expert,
    agent::knowledge const& known,
    std::string project,
    boost::asio::any_io_executor pool);

// The text of a command: `{name}` stands for that argument; a line that names one which was not
// given is left out. What a user wrote is taken as it is.
std::string fill_in(std::string_view text, mcp::prompt_arguments const& arguments);

}  // namespace app
