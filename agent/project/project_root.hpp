#pragma once

// The only place that opens files by a name that came from a peer: a model, a host, a project's own
// configuration. Every open is resolved by the kernel beneath one directory (openat2), so neither
// "..", a link, nor a race leads out of it; only regular files are read, and never a pipe.
// Blocking: call it on a pool. Copies share the directory. reliability 1.2 rows 4, 5 and 10.

#include "agent/project/paths.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

inline constexpr std::size_t max_file_bytes = 1 << 20;

struct directory_entry {
    std::string path;  // normalized, relative to the root
    bool directory = false;
    bool link = false;       // symbolic; never followed by a walk
    std::uint64_t size = 0;  // of a regular file
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;  // since 1970
};

struct walk_options {
    std::string start;            // a normalized folder; empty: the root
    std::size_t entries = 10000;  // at most, folders included
    int depth = 32;
    bool ignored_too = false;  // also node_modules, .git, .next, … and what .gitignore names
};

struct walk_result {
    std::vector<directory_entry> entries;  // in path order
    bool complete = true;                  // false: a limit was hit
};

enum class opener { kernel, components };  // components: without openat2, and without any link

class owned_fd;

class project_root {
public:
    // A folder of the user's own choosing, absolute; links in this name are followed.
    static file_result<project_root> open(std::string const& folder);

    // A project with nothing in it, for a run without one: a folder that was already deleted.
    static file_result<project_root> empty();

    std::string const& path() const { return path_; }

    // Whether this open folder is the same one; path() may by now name another.
    bool same_folder(int descriptor) const;
    bool same_folder(project_root const& other) const;

    // The bytes of a text file of at most max_file_bytes. NUL bytes mean binary, which is refused.
    file_result<std::string> read(std::string_view name) const;

    file_result<directory_entry> status(std::string_view name) const;

    file_result<walk_result> walk(walk_options const& options = {}) const;

    // For the fallback of kernels before 5.6 and of sandboxes that forbid openat2; tests choose it.
    void use(opener how) { opener_ = how; }

private:
    project_root(std::shared_ptr<owned_fd const> folder, std::string path);
    file_result<std::shared_ptr<owned_fd const>>
    open_beneath(std::string const& path, int flags) const;
    file_result<std::vector<directory_entry>>
    read_directory(std::string const& path, std::size_t limit) const;

    std::shared_ptr<owned_fd const> folder_;
    std::string path_;
    opener opener_ = opener::kernel;
};

}  // namespace agent
