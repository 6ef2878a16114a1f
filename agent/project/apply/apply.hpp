#pragma once

// Staged changes, written into the project they were made for: all of them or none. Blocking; call
// it on a pool.
//
// The way: everything is checked; the old contents and what is about to be done go to the disk in a
// folder of their own (apply_journal); the new contents are written beside the files; then the
// files change places one by one. If one cannot, those before it change back. A process that is
// killed leaves a mixture; recover(), at the next start, brings back all of the old unless all of
// the new was there and the journal said so. Always back, never forth: nobody was told that the
// changes are applied, and undo() then is the same piece of work.
//
// A file that somebody saves meanwhile is never overwritten or lost: it is left as they saved it.
// Permissions are kept; owners, attributes and other names (hard links) of a file are not.

#include "agent/project/staged_edits.hpp"

#include <functional>
#include <string>
#include <vector>

namespace agent {

enum class apply_outcome {
    applied,
    undone,    // all of the old is there
    refused,   // nothing was changed
    conflict,  // all of the old is there but for `kept`, which others have changed
    nothing,   // recover(): there was nothing to do
    failed,    // not all could be brought back: `message` says what is where
};

struct apply_result {
    apply_outcome outcome = apply_outcome::refused;
    std::vector<std::string> files;  // that were changed, in path order
    std::vector<std::string> kept;
    std::string message;  // a sentence or two for people, in every case
};

// Called before each change of the disk; tests count, and kill.
using apply_hook = std::function<void(char const*)>;

// `backup`: an absolute folder that is not there yet. Refused as a whole if a file is not what the
// change was made from, a created one exists, a path leaves the project, or a link is in the way.
apply_result apply(
    project_root const& project,
    std::vector<file_change> const& changes,
    std::string const& backup,
    apply_hook const& hook = nullptr);

// Refused as a whole if one of the files was changed since.
apply_result undo(std::string const& backup, apply_hook const& hook = nullptr);

// At every start, for each backup. What another process works on is left alone.
apply_result recover(std::string const& backup, apply_hook const& hook = nullptr);

}  // namespace agent
