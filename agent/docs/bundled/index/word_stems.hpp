#pragma once

// The words of a text as an index knows them: without case, accents and endings ("Revalidating" is
// "revalid"). SQLite's own tokenizer does it (FTS5's porter over unicode61). From one thread at a
// time. Throws sqlite_error.

#include "agent/sqlite.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

class word_stems {
public:
    // The database outlives it; any will do.
    explicit word_stems(sqlite_database const& db);
    ~word_stems();
    word_stems(word_stems const&) = delete;
    word_stems& operator=(word_stems const&) = delete;

    // In their order, repeated as they are. Valid until the next call.
    std::vector<std::string_view> const& of(std::string_view text);

private:
    struct tokenizer;
    std::unique_ptr<tokenizer> tokenizer_;
};

}  // namespace agent
