#pragma once

// The part of a fingerprint that comes from the project's tree and sources: routers, routes, server
// actions, environment variable names, schema files. Blocking.

#include "agent/project/fingerprint.hpp"

namespace agent {

void read_sources(project_root const& project, fingerprint& out);

}  // namespace agent
