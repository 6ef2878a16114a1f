#pragma once

// A SQLite database and its statements, owned. Hardened against a planted or damaged file: no
// trusted schema, defensive mode. Usable from one thread at a time. Throws sqlite_error.

#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace agent {

struct sqlite_error : std::runtime_error {
    sqlite_error(int c, std::string const& text) : std::runtime_error(text), code(c) {}
    int code;  // SQLite's primary result code
};

class sqlite_database {
public:
    enum class mode { read_only, create };

    // ":memory:" or a file. A symbolic link is not followed.
    sqlite_database(std::string const& file, mode m);
    sqlite_database(sqlite_database&& other) noexcept;
    sqlite_database& operator=(sqlite_database&&) = delete;
    ~sqlite_database();

    void run(char const* sql);
    sqlite3* handle() const { return db_; }

private:
    void check(int code) const;
    sqlite3* db_ = nullptr;
};

class sqlite_statement {
public:
    sqlite_statement(sqlite_database const& db, char const* sql);
    sqlite_statement(sqlite_statement const&) = delete;
    sqlite_statement& operator=(sqlite_statement const&) = delete;
    ~sqlite_statement();

    void bind(int parameter, std::string_view text);
    void bind(int parameter, long long number);

    // The next row, or false at the end.
    bool step();
    void reset();

    std::string text(int column) const;
    double real(int column) const;
    long long integer(int column) const;

private:
    void check(int code) const;
    sqlite3* db_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace agent
