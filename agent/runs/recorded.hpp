#pragma once

// What the records of a run tell those who look at it while it works, or after it ended without an
// outcome. Pure. A record that cannot be read is passed over: a view is better than none.

#include "agent/run.hpp"
#include "agent/runs/store/run_store.hpp"

#include <string>
#include <vector>

namespace agent {

// Its folder; empty: it works without one.
std::string project_of(std::vector<run_record> const& records);

// As staged by the last record, in path order.
std::vector<file_change> files_of(std::vector<run_record> const& records);

// What each turn took, in order.
std::vector<turn_account> turns_of(std::vector<run_record> const& records);

std::vector<lookup> documentation_of(std::vector<run_record> const& records);

// The conversation as Markdown: what was asked, every turn with its calls and their results (long
// ones cut), answers and further tasks.
std::string transcript_of(run_request const& request, std::vector<run_record> const& records);

}  // namespace agent
