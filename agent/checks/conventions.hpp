#pragma once

// The rules of a Next.js backend on every file that a run has staged, against the project as it
// would be. What the project had before is not held against the files. Blocking; never fails.

#include "agent/checks/verification.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/staged_edits.hpp"

namespace agent {

// The row "Conventions"; nothing where no script was staged.
checked_edits check_conventions(staged_edits const& edits, fingerprint const& facts);

}  // namespace agent
