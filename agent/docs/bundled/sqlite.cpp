#include "agent/docs/bundled/sqlite.hpp"

#include <sqlite3.h>
#include <utility>

namespace agent {

namespace {

[[noreturn]] void fail(sqlite3* db, int code)
{
    throw sqlite_error(code & 0xff, db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
}

}  // namespace

sqlite_database::sqlite_database(std::string const& file, mode m)
{
    int const how =
        m == mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int const code = sqlite3_open_v2(file.c_str(), &db_, how | SQLITE_OPEN_NOFOLLOW, nullptr);
    if (code != SQLITE_OK) {
        std::string const reason = sqlite3_errstr(code);
        sqlite3_close_v2(db_);
        throw sqlite_error(code & 0xff, reason);
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
    : db_(std::exchange(other.db_, nullptr))
{
}

sqlite_database::~sqlite_database()
{
    sqlite3_close_v2(db_);
}

void sqlite_database::run(char const* sql)
{
    check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr));
}

void sqlite_database::check(int code) const
{
    if (code != SQLITE_OK)
        fail(db_, code);
}

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
    check(sqlite3_bind_text64(
        statement_, parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_statement::bind(int parameter, long long number)
{
    check(sqlite3_bind_int64(statement_, parameter, number));
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

std::string sqlite_statement::text(int column) const
{
    auto const* bytes = sqlite3_column_text(statement_, column);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes ? std::string(reinterpret_cast<char const*>(bytes), size) : std::string();
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

}  // namespace agent
