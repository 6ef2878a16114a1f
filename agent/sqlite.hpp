#pragma once

// A SQLite database, its statements and transactions, owned: the one way to SQLite. Hardened
// against a planted or damaged file: no trusted schema, defensive mode. Usable from one thread at a
// time. Throws sqlite_error.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace agent {

struct sqlite_error : std::runtime_error {
    sqlite_error(int c, std::string const& text) : std::runtime_error(text), code(c) {}
    int code;  // SQLite's primary result code; SQLITE_FULL wherever the system had no space
};

class sqlite_database;

class sqlite_statement {
public:
    sqlite_statement(sqlite_database const& db, char const* sql);
    sqlite_statement(sqlite_statement const&) = delete;
    sqlite_statement& operator=(sqlite_statement const&) = delete;
    ~sqlite_statement();

    // Parameters count from 1, columns from 0. Text and blobs may hold any bytes, zeros too.
    void bind(int parameter, std::string_view text);
    void bind(int parameter, long long number);
    void bind_blob(int parameter, std::string_view bytes);
    void bind_null(int parameter);
    // The value of another statement's row, as it is there.
    void bind_from(int parameter, sqlite_statement const& row, int column);

    // The next row, or false at the end.
    bool step();
    void reset();
    // Ready for the next use, whatever became of the last one.
    void clear() noexcept;

    int columns() const;
    std::string text(int column) const;
    std::string blob(int column) const;
    double real(int column) const;
    long long integer(int column) const;

private:
    void check(int code) const;
    sqlite3* db_;
    sqlite3_stmt* statement_ = nullptr;
};

// A statement that its database keeps for the next time. One use of the same text at a time.
class borrowed_statement {
public:
    explicit borrowed_statement(sqlite_statement& s) : statement_(s) {}
    borrowed_statement(borrowed_statement const&) = delete;
    borrowed_statement& operator=(borrowed_statement const&) = delete;
    // A statement that is not reset holds its snapshot of the database, and the next transaction
    // up.
    ~borrowed_statement() { statement_.clear(); }

    sqlite_statement* operator->() const { return &statement_; }
    sqlite_statement& operator*() const { return statement_; }

private:
    sqlite_statement& statement_;
};

class sqlite_database {
public:
    enum class mode {
        read_only,
        unchanging,  // read without a lock or a file beside it: nobody may write it meanwhile
        create,
    };

    // ":memory:" or a file. The file may not be a symbolic link; its directory may be behind one.
    sqlite_database(std::string const& file, mode m);
    sqlite_database(sqlite_database&& other) noexcept;
    sqlite_database& operator=(sqlite_database&&) = delete;
    ~sqlite_database();

    // How long a lock of another connection is waited for; 1 s if nobody says otherwise.
    void busy_timeout(std::chrono::milliseconds time);

    void run(char const* sql);
    // Prepared once, and kept.
    borrowed_statement use(std::string_view sql);
    // The first column of the first row; -1 if there is no row.
    long long number(char const* sql) const;

    bool in_transaction() const;
    sqlite3* handle() const { return db_; }

private:
    sqlite3* db_ = nullptr;
    std::map<std::string, std::unique_ptr<sqlite_statement>, std::less<>> kept_;
};

// Undone unless committed. IMMEDIATE: it waits for other writers here, and not in its middle, where
// it could only give up.
class sqlite_transaction {
public:
    explicit sqlite_transaction(sqlite_database& db);
    sqlite_transaction(sqlite_transaction const&) = delete;
    sqlite_transaction& operator=(sqlite_transaction const&) = delete;
    ~sqlite_transaction();
    void commit();

private:
    sqlite_database& db_;
};

// A part of a transaction that can be undone alone. Undone unless released. They do not nest.
class sqlite_savepoint {
public:
    explicit sqlite_savepoint(sqlite_database& db);
    sqlite_savepoint(sqlite_savepoint const&) = delete;
    sqlite_savepoint& operator=(sqlite_savepoint const&) = delete;
    ~sqlite_savepoint();
    void release();

private:
    sqlite_database& db_;
    bool open_ = true;
};

}  // namespace agent
