#include "agent/sqlite.hpp"

#include <cerrno>
#include <cstdlib>
#include <sqlite3.h>
#include <utility>

namespace agent {

namespace {

// Only a write says SQLITE_FULL; what else a full disk stops is "disk I/O error" to SQLite.
int primary(sqlite3* db, int code)
{
    int const reason = db ? sqlite3_system_errno(db) : 0;
    bool const full = reason == ENOSPC || reason == EDQUOT;
    int const result = code & 0xff;
    return full && (result == SQLITE_IOERR || result == SQLITE_CANTOPEN) ? SQLITE_FULL : result;
}

[[noreturn]] void fail(sqlite3* db, int code)
{
    throw sqlite_error(primary(db, code), db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

// SQLITE_OPEN_NOFOLLOW refuses a link anywhere in the path, and many a home has one.
std::string resolved(std::string const& file)
{
    auto const slash = file.rfind('/');
    if (slash == std::string::npos)
        return file;
    std::unique_ptr<char, void (*)(void*)> const directory(
        ::realpath(file.substr(0, slash + 1).c_str(), nullptr), std::free);
    return directory ? directory.get() + file.substr(slash) : file;
}

std::string as_uri(std::string const& file)
{
    std::string out = "file:";
    for (char const c : file) {
        if (c == '%' || c == '?' || c == '#')
            out += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            out += c;
    }
    return out + "?immutable=1";
}

}  // namespace

sqlite_statement::sqlite_statement(sqlite_database const& db, char const* sql) : db_(db.handle())
{
    check(sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr));
}

sqlite_statement::~sqlite_statement()
{
    sqlite3_finalize(statement_);
}

void sqlite_statement::bind(int parameter, std::string_view text)
{
    // An empty view may have no address, which would bind NULL.
    check(sqlite3_bind_text64(
        statement_,
        parameter,
        text.empty() ? "" : text.data(),
        text.size(),
        SQLITE_TRANSIENT,
        SQLITE_UTF8));
}

void sqlite_statement::bind(int parameter, long long number)
{
    check(sqlite3_bind_int64(statement_, parameter, number));
}

void sqlite_statement::bind_blob(int parameter, std::string_view bytes)
{
    check(sqlite3_bind_blob64(
        statement_, parameter, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

void sqlite_statement::bind_null(int parameter)
{
    check(sqlite3_bind_null(statement_, parameter));
}

void sqlite_statement::bind_from(int parameter, sqlite_statement const& row, int column)
{
    check(sqlite3_bind_value(statement_, parameter, sqlite3_column_value(row.statement_, column)));
}

bool sqlite_statement::step()
{
    int const code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(db_, code);
    return code == SQLITE_ROW;
}

void sqlite_statement::reset()
{
    check(sqlite3_reset(statement_));
}

void sqlite_statement::clear() noexcept
{
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

int sqlite_statement::columns() const
{
    return sqlite3_column_count(statement_);
}

std::string sqlite_statement::text(int column) const
{
    auto const* bytes = sqlite3_column_text(statement_, column);
    if (!bytes && sqlite3_column_type(statement_, column) != SQLITE_NULL)
        fail(db_, SQLITE_NOMEM);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes ? std::string(reinterpret_cast<char const*>(bytes), size) : std::string();
}

std::string sqlite_statement::blob(int column) const
{
    auto const* bytes = sqlite3_column_blob(statement_, column);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    if (!bytes && size > 0)
        fail(db_, SQLITE_NOMEM);
    return bytes ? std::string(static_cast<char const*>(bytes), size) : std::string();
}

double sqlite_statement::real(int column) const
{
    return sqlite3_column_double(statement_, column);
}

long long sqlite_statement::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

void sqlite_statement::check(int code) const
{
    if (code != SQLITE_OK)
        fail(db_, code);
}

sqlite_database::sqlite_database(std::string const& file, mode m)
{
    auto name = resolved(file);
    int how = SQLITE_OPEN_READONLY;
    if (m == mode::create)
        how = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (m == mode::unchanging) {
        how |= SQLITE_OPEN_URI;
        name = as_uri(name);
    }
    int const code = sqlite3_open_v2(name.c_str(), &db_, how | SQLITE_OPEN_NOFOLLOW, nullptr);
    if (code != SQLITE_OK) {
        sqlite_error const failure(primary(db_, code), sqlite3_errstr(code));
        sqlite3_close_v2(db_);
        throw failure;
    }
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_busy_timeout(db_, 1000);
    try {
        run("PRAGMA cell_size_check = ON");
    } catch (...) {
        sqlite3_close_v2(db_);
        throw;
    }
}

sqlite_database::sqlite_database(sqlite_database&& other) noexcept
    : db_(std::exchange(other.db_, nullptr)), kept_(std::move(other.kept_))
{
    other.kept_.clear();
}

sqlite_database::~sqlite_database()
{
    kept_.clear();
    sqlite3_close_v2(db_);
}

void sqlite_database::busy_timeout(std::chrono::milliseconds time)
{
    sqlite3_busy_timeout(db_, static_cast<int>(time.count()));
}

void sqlite_database::run(char const* sql)
{
    int const code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(db_, code);
}

borrowed_statement sqlite_database::use(std::string_view sql)
{
    auto found = kept_.find(sql);
    if (found == kept_.end()) {
        std::string text(sql);
        auto made = std::make_unique<sqlite_statement>(*this, text.c_str());
        found = kept_.emplace(std::move(text), std::move(made)).first;
    }
    return borrowed_statement(*found->second);
}

long long sqlite_database::number(char const* sql) const
{
    sqlite_statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : -1;
}

bool sqlite_database::in_transaction() const
{
    return sqlite3_get_autocommit(db_) == 0;
}

sqlite_transaction::sqlite_transaction(sqlite_database& db) : db_(db)
{
    db_.use("BEGIN IMMEDIATE")->step();
}

sqlite_transaction::~sqlite_transaction()
{
    // A full disk and a failing one have rolled it back already.
    if (db_.in_transaction())
        sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void sqlite_transaction::commit()
{
    db_.use("COMMIT")->step();
}

sqlite_savepoint::sqlite_savepoint(sqlite_database& db) : db_(db)
{
    db_.use("SAVEPOINT part")->step();
}

sqlite_savepoint::~sqlite_savepoint()
{
    if (open_ && db_.in_transaction())
        sqlite3_exec(db_.handle(), "ROLLBACK TO part; RELEASE part", nullptr, nullptr, nullptr);
}

void sqlite_savepoint::release()
{
    db_.use("RELEASE part")->step();
    open_ = false;
}

}  // namespace agent
