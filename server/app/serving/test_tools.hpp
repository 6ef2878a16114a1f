#pragma once

// Two tools that need no project, model or documentation, for tests of clients and of this server:
// echo and slow. Offered with --test-tools alone.

#include "server/features.hpp"

namespace app {

void add_test_tools(server::features& offered);

}  // namespace app
