#pragma once

// The answer of a run, as Markdown in the prompt's own Response Format: approach, files,
// validation, errors, environment variables, packages; then the documentation used, and what it
// cost. What a reader must know before trusting it (a limit was reached, a source was unreachable)
// stands first.

#include "agent/run.hpp"

#include <string>

namespace agent {

std::string render_report(run_outcome const& outcome);

// "2 created, 1 modified" of the files.
std::string summary(std::vector<file_change> const& files);

}  // namespace agent
