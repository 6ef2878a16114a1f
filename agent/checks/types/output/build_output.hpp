#pragma once

// What `next build` prints when it fails, as diagnostics: modules and types that are wrong, with
// their place, and pages and routes that could not be prerendered. Pure.

#include "agent/checks/types/output/diagnostic.hpp"

#include <string_view>
#include <vector>

namespace agent {

std::vector<diagnostic> parse_build_output(std::string_view text, std::size_t most = 200);

}  // namespace agent
