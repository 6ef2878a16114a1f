#pragma once

// `nextjs-backend-engineer check`: the rules on a project or a part of it, and its
// types or its build, for a person and for CI.

#include "agent/checks/types_in_turn.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "server/app/config.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace app {

struct check_place {
    std::string project;  // empty: the folder that we were started in
    agent::knowledge known;
    agent::types_setup types;
    boost::asio::any_io_executor pool;
};

// The exit code: 0 without errors, 1 with some, 2 if it could not be checked (a sentence on
// stderr).
boost::asio::awaitable<int> check_command(check_place place, check_options options);

}  // namespace app
