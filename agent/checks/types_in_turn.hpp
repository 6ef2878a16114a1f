#pragma once

// The programs of projects, one at a time in a process: each wants a processor and a gigabyte, and
// runs are many.

#include "agent/checks/types/check_types.hpp"
#include "agent/checks/verification.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace agent {

// On one thread.
class tools_turn {
public:
    boost::asio::awaitable<void> take();
    void give_back();

private:
    std::optional<mcp::event> free_;
    bool taken_ = false;
};

// What this program is told about the programs of projects.
struct types_setup {
    verify_level most = verify_level::build;  // that a request may have
    tool_environment environment;
    std::string memory;          // types_request::memory
    tools_turn* turn = nullptr;  // none: at once
};

// check_types() when it is its turn.
boost::asio::awaitable<types_result> check_types_in_turn(
    types_setup setup,
    project_root project,
    std::vector<file_change> changes,
    bool build,
    boost::asio::any_io_executor pool);

}  // namespace agent
