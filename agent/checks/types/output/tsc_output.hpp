#pragma once

// What `tsc --pretty false` prints: "file(line,column): error TSnnnn: message", lines that are
// indented go on with it. Pure; linear in the text; everything else is passed over.

#include "agent/checks/types/output/diagnostic.hpp"

#include <string_view>
#include <vector>

namespace agent {

// Files as printed. `most`: how many are kept.
std::vector<diagnostic> parse_tsc_output(std::string_view text, std::size_t most = 2000);

}  // namespace agent
