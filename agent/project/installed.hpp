#pragma once

// The packages that a project has installed: its node_modules folders, its own first, then those of
// the folders above it (a monorepo), with pnpm's links between them. Blocking.

#include "agent/project/project_root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

class installed_packages {
public:
    // Looks in the project and at most eight folders above it, not above the one that holds .git.
    explicit installed_packages(project_root const& project);

    // `package` as in package.json, `file` relative to it. A link from one node_modules folder is
    // followed into another of them, and nowhere else.
    file_result<std::string> read(std::string const& package, std::string const& file) const;

    // The version in node_modules; empty if it is not installed or says none.
    std::string version(std::string const& package) const;

    // The absolute folder `inside` of a package ("dist/docs"), if there is one; else empty.
    std::string folder(std::string const& package, std::string const& inside) const;

    // The nearest lock file in the project or above it, by name ("pnpm-lock.yaml"); empty: none.
    std::string lock_file() const;

    // Where the workspace that the project is in begins, as seen from it ("..", "../..", "." for
    // the project itself): the folder with pnpm-workspace.yaml, or whose package.json has
    // `workspaces`. Empty: it is in none.
    std::string workspace() const;

    // Yarn Plug'n'Play: there is no node_modules, and versions cannot be read.
    bool plug_and_play() const;

private:
    struct place {
        project_root const* root = nullptr;
        std::string path;  // normalized, inside it
    };
    place find(std::string const& package) const;

    std::vector<project_root> folders_;  // that are looked in, nearest first
    std::vector<project_root> roots_;    // their node_modules
};

}  // namespace agent
