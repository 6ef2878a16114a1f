#pragma once

// What the project's type checker and build said, as rows of the verification and as a list for the
// model. Pure but for the reader.

#include "agent/checks/rules/rules.hpp"
#include "agent/checks/types/check_types.hpp"
#include "agent/checks/verification.hpp"

namespace agent {

// The rows "Types" and "Build" (`build`: it was asked for). The listing shows the lines of files as
// `reader` gives them.
checked_edits rows_of(types_result const& ran, bool build, checks::source_reader const& reader);

// The same of a project where nothing was staged: everything that is wrong with it counts.
types_result of_whole_project(types_result ran);

// As the findings of the rules are told.
std::vector<checks::finding> findings_of(std::vector<diagnostic> const& errors);

// Takes out what is wrong only because these packages are not installed yet, and says so in a note.
void set_aside(types_result& ran, std::vector<std::string> const& to_install);

// The same two where nothing was run.
verification rows_not_run(std::string const& types, std::string const& build);

}  // namespace agent
