#pragma once

// The `next` that a project has installed, and the documentation inside it. Only read, never
// executed; found as Node finds it (upward through node_modules, through pnpm's links). Blocking:
// for a thread pool.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace agent {

struct next_package {
    std::string version;         // "16.4.6"
    std::filesystem::path docs;  // its documentation; may be absent (before 16.2)
    std::string shown_docs;      // the same as the project sees it, for sources
};

// Nothing where none is installed or its package.json is not one of `next`.
std::optional<next_package> find_next(std::filesystem::path const& project);

struct docs_file {
    std::string path;  // inside the documentation: "01-app/02-guides/forms.md"
    std::string text;
};

inline constexpr std::size_t max_docs_files = 2000;
inline constexpr std::size_t max_docs_file_size = 1 << 20;

// Its Markdown files, by path: regular ones of at most 1 MiB, the first 2,000. No link is followed,
// not at the top either: `docs` is given without one.
std::vector<docs_file> read_docs(std::filesystem::path const& docs);

// What the files hold, in 40 hex digits: two projects share an index only if their texts agree.
std::string digest(std::vector<docs_file> const& files);

}  // namespace agent
