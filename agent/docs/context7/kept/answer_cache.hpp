#pragma once

// What Context7 answered, kept for the next question and for the day when nobody answers: one
// SQLite file in the cache directory that several servers use at once, readable by its owner alone,
// bounded (the oldest goes first). A file that is damaged, somebody else's or cannot be written is
// left alone, and what is kept then lives in memory; warning() says so once.
//
// Blocking: for a thread pool, any thread. Never fails: what cannot be read is not there.

#include "agent/sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

struct kept_answer {
    std::string body;
    std::string server;  // who answered: "Context7 4"; empty where it is not known
    std::chrono::system_clock::time_point stored;
    bool fresh = false;  // may be given without asking again
};

class answer_cache {
public:
    using clock = std::chrono::system_clock;
    static constexpr std::int64_t default_bytes = std::int64_t{64} << 20;

    // An empty directory: in memory. Nothing is opened before the first use.
    explicit answer_cache(
        std::filesystem::path directory,
        std::function<clock::time_point()> now = clock::now,
        std::int64_t most_bytes = default_bytes);

    std::optional<kept_answer> find(std::string_view key);
    // Instead of what was kept under this key. What is larger than 1 MiB is not kept.
    void keep(
        std::string_view key,
        std::string_view server,
        std::string_view body,
        std::chrono::seconds fresh_for);

    // Why nothing is kept beyond this process: once, then empty.
    std::string warning();

private:
    sqlite_database& database();
    void use_memory(std::string const& why);
    template <class F>
    void attempt(F work);

    std::filesystem::path file_;  // empty: in memory
    std::function<clock::time_point()> now_;
    std::int64_t most_bytes_;
    std::mutex busy_;
    std::optional<sqlite_database> db_;
    std::string warning_;
};

}  // namespace agent
