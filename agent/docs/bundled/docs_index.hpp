#pragma once

// A full-text index (SQLite FTS5) over the documentation that ships with one version of next. It
// is a file in a cache directory: written beside its place and renamed, so processes that build it
// at once do not hurt each other; a damaged or foreign file is built again; where nothing can be
// written, it lives in memory. Blocking: for a thread pool, one thread at a time.

#include "agent/docs/bundled/docs_question.hpp"
#include "agent/docs/bundled/next_package.hpp"
#include "agent/sqlite.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace agent {

class docs_index {
public:
    // From the cache where it is (unless it shall be built `anew`), else built, and kept where
    // possible. An empty directory: in memory. Throws sqlite_error if not even memory will do.
    static docs_index
    of(std::string const& version,
       std::vector<docs_file> const& files,
       std::filesystem::path const& cache_directory,
       bool anew = false);

    // The best sections, varied over files; none where nothing matches. Throws sqlite_error.
    std::vector<docs_hit>
    search(std::string_view question, next_router router, std::size_t count) const;

    bool in_memory() const { return in_memory_; }

private:
    docs_index(sqlite_database db, bool in_memory) : db_(std::move(db)), in_memory_(in_memory) {}

    sqlite_database db_;
    bool in_memory_;
};

}  // namespace agent
