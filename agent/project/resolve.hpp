#pragma once

// Which folder a run works on: one of those that the user allowed, or one below them.

#include "agent/project/paths.hpp"

#include <string>
#include <vector>

namespace agent {

// The folder that `wanted` names: absolute or relative to the first root, a root itself or below
// one, links resolved. Empty `wanted`: the first root. An error says which folders are allowed.
file_result<std::string>
resolve_project(std::string const& wanted, std::vector<std::string> const& roots);

}  // namespace agent
