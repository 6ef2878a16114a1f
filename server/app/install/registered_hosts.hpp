#pragma once

// What is registered with the hosts of this machine, and what would fail there: for `doctor`.

#include "server/app/install/registration.hpp"

#include <string>
#include <vector>

namespace app {

struct registered_host {
    std::string name;                   // of the host
    std::string text;                   // where, how long it waits, when a call is handed over
    std::vector<std::string> problems;  // a sentence each
};

// In the files of the user and of this project (empty: of none). A file that cannot be read is a
// problem of its host.
std::vector<registered_host> registered_hosts(registration const& here, std::string const& project);

}  // namespace app
