#pragma once

// What a project was answered with, pinned: a JSON file that is kept with the project, so that the
// same question gets the same answer on every machine and on every day, until its entry, or the
// file, is removed.
//
//     {"version": 1, "answers": {"<key>": {"server": "Context7 4", "stored": "2026-11-19", "body":
//     "…"}}}
//
// Several processes may use one file: each writes what it adds to what stands there then. Blocking;
// for one thread at a time. A file that is none of ours is never written over.

#include "agent/docs/context7/kept/answer_cache.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

class answer_lock {
public:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20;

    explicit answer_lock(std::filesystem::path file) : file_(std::move(file)) {}

    std::optional<kept_answer> find(std::string_view key);

    // What is there already stays.
    void keep(std::string_view key, kept_answer const& answer);

    // Why nothing is pinned: once, then empty.
    std::string warning();

private:
    using answers = std::map<std::string, kept_answer, std::less<>>;

    bool read();
    std::string write() const;

    std::filesystem::path file_;
    answers answers_;
    bool opened_ = false;
    bool usable_ = true;
    std::string warning_;
};

}  // namespace agent
