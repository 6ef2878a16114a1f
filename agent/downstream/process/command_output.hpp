#pragma once

// What a program prints, for a key command: started from the user's own configuration, without a
// shell, with the user's environment. Blocking for nobody.

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace agent {

// Its stdout, at most 64 KiB. Throws std::runtime_error with a sentence that names the program if
// it cannot be started, prints more, or takes longer than `limit`, after which it is killed;
// operation_aborted when cancelled.
boost::asio::awaitable<std::string> command_output(
    std::vector<std::string> argv,
    std::vector<std::string> environment,
    std::chrono::milliseconds limit);

}  // namespace agent
