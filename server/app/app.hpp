#pragma once

// The program: everything is made here, once, and handed down by reference.

#include "server/app/config.hpp"

namespace app {

// Serves on stdio and sockets, or does the one task of `ask`. The exit code: 0, ask's own, or 128 +
// the signal that ended it.
int run(config settings, environment const& env);

}  // namespace app
