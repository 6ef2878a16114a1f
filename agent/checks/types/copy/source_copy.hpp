#pragma once

// The project's own sources, laid into a shadow, with the staged changes over them. Not what is
// installed or generated, no link, and nothing that is closed to the model: .env files least of
// all, so that a next.config that needs their values finds none.
//
// Between the names and the text of the changes the tools that execute the project's configuration
// run: staged files are there by then, but empty or as they were, so that nothing a model has
// written is executed before somebody has seen it. tsconfig.json is only read, and is there at
// once.
//
// Blocking, in steps, so that a caller can stop between two of them.

#include "agent/checks/types/copy/shadow.hpp"
#include "agent/project/staged_edits.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace agent {

struct copy_limits {
    std::size_t files = 20000;
    std::uint64_t bytes = 256U << 20U;
    std::size_t file_bytes = 8U << 20U;
};

enum class copied_files {
    code,  // what the type check reads; of other files in app, pages and src the names
    all,   // what a build needs
};

class source_copy {
public:
    source_copy(
        project_root project,
        std::vector<file_change> const& changes,
        copied_files which,
        copy_limits limits = copy_limits());

    // Goes on until it is done (true) or `until`. The error completes "The type check was not run:
    // ".
    file_result<bool> lay_names(shadow& into, std::chrono::steady_clock::time_point until);

    // The text of the changes; back to the project as it is on the disk.
    file_result<void> lay_changes(shadow& into) const;
    file_result<void> lay_base(shadow& into) const;

    // Whether the changes make other route types than the base has.
    bool routes_change() const;

    // Of the project without the changes, once lay_names() is done.
    std::string digest() const;

    // As it would be with the changes, and as it is.
    std::optional<std::string> changed_text(std::string const& file) const;
    std::optional<std::string> base_text(std::string const& file) const;

    // The next.config files of the base.
    std::vector<std::string> const& configs() const { return configs_; }

    std::vector<std::string> const& notes() const { return notes_; }

private:
    file_result<void> lay_file(shadow& into, directory_entry const& entry);
    file_result<void> lay_created(shadow& into);

    project_root project_;
    file_result<writable_folder> folder_;
    std::map<std::string, file_change> changes_;
    std::string refusal_;
    copied_files which_;
    copy_limits limits_;

    std::deque<std::string> folders_;
    std::deque<directory_entry> entries_;
    std::size_t files_ = 0;
    std::size_t links_ = 0;
    std::uint64_t bytes_ = 0;
    std::vector<std::string> seen_;  // "path\0digest"
    std::vector<std::string> configs_;
    std::vector<std::string> notes_;
};

}  // namespace agent
