#pragma once

// A full-text index (in SQLite) over the documentation that ships with one version of one
// package. It is a file in a cache directory, shared by every project that has the same texts:
// written beside its place and renamed, so processes that build it at once do not hurt each other;
// a damaged or foreign file is built again; where nothing can be written, it lives in memory.
// Blocking: for a thread pool, one thread at a time.

#include "agent/docs/bundled/index/docs_question.hpp"
#include "agent/docs/bundled/index/postings.hpp"
#include "agent/docs/bundled/index/word_stems.hpp"
#include "agent/docs/bundled/package_files.hpp"
#include "agent/sqlite.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace agent {

class docs_index {
public:
    // From the cache where it is (unless it shall be built `anew`), else built, and kept where
    // possible. An empty directory: in memory. Nothing where the package documents nothing. Throws
    // sqlite_error if not even memory will do.
    static std::unique_ptr<docs_index>
    of(docs_package const& package,
       std::filesystem::path const& cache_directory,
       bool anew = false);

    // The best sections, varied over files; none where nothing matches. The router decides between
    // next's two guides. Throws sqlite_error, also where what is kept turns out to be damaged.
    std::vector<docs_hit> search(
        std::string_view question, next_router router, vocabulary const& words, std::size_t count);

    std::size_t sections() const { return lengths_.size(); }
    bool in_memory() const { return in_memory_; }

    docs_index(sqlite_database db, std::string package, bool in_memory);

private:
    // Adds what is known of the terms, each stem once.
    void follow(
        section_scores& scores,
        std::set<std::string, std::less<>>& followed,
        std::vector<std::string> const& terms,
        double weight);

    sqlite_database db_;
    std::string package_;
    bool in_memory_;
    word_stems stems_;
    sqlite_statement term_;
    sqlite_statement place_;
    sqlite_statement text_;
    std::vector<std::uint16_t> lengths_;
    std::string readers_;  // a section_reader each
};

}  // namespace agent
