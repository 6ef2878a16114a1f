#pragma once

// The files of a project that are to be checked, and those that were fixed. Blocking.

#include "agent/checks/rules/rules.hpp"
#include "agent/project/project_root.hpp"

#include <string>
#include <vector>

namespace agent::checks {

struct gathered_files {
    std::vector<checked_file> files;    // in path order
    std::vector<std::string> problems;  // a sentence each: what was not read
    bool complete = true;               // false: something that was asked for is missing
};

// The scripts below `paths`, or all of the project where there are none. A path is looked for from
// `directory` (absolute) and then from the project.
gathered_files gather_files(
    project_root const& project,
    std::vector<std::string> const& paths,
    std::string const& directory);

// Writes a file of the project anew, as a whole or not at all. Empty, or why it could not be done.
std::string
replace_file(project_root const& project, std::string const& path, std::string const& text);

}  // namespace agent::checks
