#pragma once

// Checks what a run has staged, before anybody sees it: the rules of a Next.js backend on every
// file that was written, against the project as it would be. What the project had before is not
// held against the files. Blocking; never fails.

#include "agent/checks/verification.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/staged_edits.hpp"

#include <string>

namespace agent {

struct checked_edits {
    verification results;  // empty: nothing was staged that is checked
    std::string listing;   // the problems with their code, for the model to repair
};

checked_edits check_staged(staged_edits const& edits, fingerprint const& facts);

}  // namespace agent
