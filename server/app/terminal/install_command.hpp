#pragma once

// `install` and `uninstall`: this server in the configuration of the hosts, shown before it is
// written.

#include "server/app/config.hpp"
#include "server/app/install/registration.hpp"

#include <string>

namespace app {

registration registration_here(config const& settings, environment env);

// Returns the exit code: 1 where one of the hosts could not be changed.
int install_command(config const& settings, environment const& env);

}  // namespace app
