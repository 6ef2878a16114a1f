#pragma once

// <project>/.nbe/shadow/RUN/: the folder that a check works in, so that the user's files are never
// touched. Inside the project, because the tools look upwards for node_modules (hosts-and-domain
// 2.4); hidden from git by .nbe/.gitignore. It is gone when this is, .nbe too if nothing else is in
// it; what a killed process left is swept by the next: RUN.lock beside it is held by who lives.
// Blocking.

#include "agent/project/apply/writable_folder.hpp"
#include "agent/project/project_root.hpp"
#include "agent/runs/store/owner_lock.hpp"

#include <memory>
#include <optional>
#include <string>

namespace agent {

class shadow {
public:
    // Sweeps the dead first. The error says why there can be none.
    static file_result<std::shared_ptr<shadow>> make(project_root const& project);
    shadow(shadow const&) = delete;
    shadow& operator=(shadow const&) = delete;
    ~shadow();

    std::string const& path() const { return path_; }  // absolute
    writable_folder& files() { return *files_; }

    // Whatever is there. Folders above it are made.
    file_result<void> write(std::string const& file, std::string_view text);

private:
    explicit shadow(writable_folder root) : root_(std::move(root)) {}

    writable_folder root_;                  // the project
    std::optional<writable_folder> place_;  // .nbe/shadow
    std::unique_ptr<owner_lock> lock_;
    std::optional<writable_folder> files_;
    std::string path_;
};

}  // namespace agent
