#pragma once

// A package that a project has installed, and the documentation inside it: Markdown and TypeScript
// declarations. Only read, never executed; found as Node finds it (upward through node_modules,
// through pnpm's links). Blocking: for a thread pool.
// Source: reference/context7.md 6 (what the packages of a Next.js backend carry, measured).

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct docs_package {
    std::string name;            // "@trigger.dev/sdk"
    std::string version;         // "16.4.6"
    std::filesystem::path root;  // its real folder
    std::string shown;           // the same as the project sees it: "node_modules/next"
    std::string stamp;           // 40 hex digits; another one once it is installed anew
};

// As who is in `from` (a project, or the folder of a package that depends on it) would import it.
// Nothing where none is installed, its package.json is not one of that name, or a link leads
// anywhere but into a node_modules folder. `project` is what the result is shown relative to.
std::optional<docs_package> find_package(
    std::filesystem::path const& from, std::string_view name, std::filesystem::path const& project);

struct docs_file {
    std::string path;  // inside the package: "docs/api.md"; of next inside its dist/docs
    std::string text;
};

inline constexpr std::size_t max_docs_files = 4000;
inline constexpr std::size_t max_docs_file_size = 2 << 20;
inline constexpr std::size_t max_docs_size = 48 << 20;

// What documents a package, by path: of `next` the guides and references in dist/docs (16.2 and
// later); of every other its Markdown, and its declarations where they are not the twins of others.
// Regular files of at most 2 MiB, no link followed, no nested node_modules, no change logs and
// licences; the first 4,000 files and 48 MiB.
std::vector<docs_file> read_docs(docs_package const& package);

// What the files hold, in 40 hex digits: two projects share an index only if their texts agree.
std::string digest(std::vector<docs_file> const& files);

}  // namespace agent
