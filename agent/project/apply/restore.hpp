#pragma once

// The way back, from wherever an application or an undo has stopped: what each file is now tells
// what is left to do, so that doing it twice does nothing. Blocking.

#include "agent/project/apply/apply.hpp"
#include "agent/project/apply/file_swap.hpp"

namespace agent {

std::vector<swapped_file> forward(apply_plan const& plan);
std::vector<swapped_file> backward(apply_plan const& plan);

// Leaves all of the old but for what others have changed, and says so in the journal.
apply_result restore(writable_folder& project, apply_journal& journal, apply_plan plan);

// What stands beside the files with contents that the journal knows.
void remove_temporaries(writable_folder& project, apply_plan const& plan);

}  // namespace agent
