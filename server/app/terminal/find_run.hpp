#pragma once

// The run that a person means at a terminal.

#include "agent/runs/runs.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace app {

// By how its id begins, whoever it belongs to: who has the state directory has them all. Throws
// run_error if there is none, or more than one.
boost::asio::awaitable<agent::runs::run_ptr> find_run(agent::runs& runs, std::string id);

}  // namespace app
