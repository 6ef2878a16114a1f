#pragma once

// The answer of a run, as Markdown in the prompt's own Response Format: approach, files,
// validation, errors, environment variables, packages; then the documentation used, and what it
// cost. What a reader must know before trusting it (a limit was reached, a source was unreachable)
// stands first.

#include "agent/run.hpp"

#include <functional>
#include <string>

namespace agent {

// What does not fit is left out where it can be read elsewhere: files first, then the middle of the
// rest.
struct report_limits {
    std::size_t bytes = std::string::npos;
    // Where the file of this path can be read; empty: nowhere.
    std::function<std::string(std::string const& path)> rest_at;
};

std::string render_report(run_outcome const& outcome, report_limits const& limits = {});

// "2 created, 1 modified" of the files.
std::string summary(std::vector<file_change> const& files);

}  // namespace agent
