#pragma once

// The edits that findings come with, made. Pure.

#include "agent/checks/rules/finding.hpp"

#include <span>
#include <string>
#include <string_view>

namespace agent::checks {

struct fixed_text {
    std::string text;
    std::size_t fixes = 0;  // findings whose edits were made
};

// `findings` are those of this text. A fix that overlaps one before it is left for another time.
fixed_text apply_fixes(std::string_view text, std::span<finding const> findings);

}  // namespace agent::checks
