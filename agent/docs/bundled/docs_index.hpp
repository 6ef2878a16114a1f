#pragma once

// A full-text index (SQLite FTS5) over the documentation that ships with one version of one
// package. It is a file in a cache directory, shared by every project that has the same texts:
// written beside its place and renamed, so processes that build it at once do not hurt each other;
// a damaged or foreign file is built again; where nothing can be written, it lives in memory.
// Blocking: for a thread pool, one thread at a time.

#include "agent/docs/bundled/docs_question.hpp"
#include "agent/docs/bundled/package_files.hpp"
#include "agent/sqlite.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace agent {

class docs_index {
public:
    // From the cache where it is (unless it shall be built `anew`), else built, and kept where
    // possible. An empty directory: in memory. Nothing where the package documents nothing. Throws
    // sqlite_error if not even memory will do.
    static std::optional<docs_index>
    of(docs_package const& package,
       std::filesystem::path const& cache_directory,
       bool anew = false);

    // The best sections, varied over files; none where nothing matches. The router decides between
    // next's two guides. Throws sqlite_error.
    std::vector<docs_hit>
    search(std::string_view question, next_router router, std::size_t count) const;

    long long sections() const;
    bool in_memory() const { return in_memory_; }

private:
    docs_index(sqlite_database db, bool in_memory) : db_(std::move(db)), in_memory_(in_memory) {}

    // In how many sections a term stands; asked once.
    long long holding(std::string const& term) const;
    std::vector<std::string> telling(std::vector<std::string> terms, std::size_t most) const;

    sqlite_database db_;
    bool in_memory_;
    mutable std::unordered_map<std::string, long long> holding_;
};

}  // namespace agent
