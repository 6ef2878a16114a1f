#include "agent/runs/store/run_file.hpp"

#include "agent/runs/store/run_store.hpp"

#include <boost/system/error_code.hpp>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <new>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {

namespace {

constexpr long long version = 1;
constexpr long long application = 0x4e42454a;  // "NBEJ"

// What is updated with every record is apart from what is large: SQLite writes a row as a whole.
// As SQLite keeps these texts, so is a schema that somebody changed recognized by them.
constexpr std::array schema{
    "CREATE TABLE runs(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " principal TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL,"
    " created INTEGER NOT NULL, updated INTEGER NOT NULL, owner TEXT NOT NULL,"
    " last_owner TEXT NOT NULL, delivered INTEGER NOT NULL, cancel_requested INTEGER NOT NULL,"
    " records INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT",
    "CREATE INDEX runs_by_question ON runs(principal, digest)",
    "CREATE TABLE texts(run INTEGER PRIMARY KEY, request BLOB NOT NULL, outcome BLOB NOT NULL)"
    " STRICT",
    "CREATE TABLE records(run INTEGER NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,"
    " payload BLOB NOT NULL, PRIMARY KEY(run, sequence)) STRICT",
};

std::string reason(int error)
{
    return boost::system::error_code(error, boost::system::system_category()).message();
}

// Made without being opened: closing any descriptor of a file drops every lock that this process
// has on it, those of another connection too.
void make_file(std::string const& file)
{
    struct stat info {};
    if (::mknod(file.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
        throw store_error(
            file + " cannot be made (" + reason(errno) +
            "): see that its directory can be written and its disk has space");
    if (::lstat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
        throw store_error(file + " is not a regular file: move it away");
    if ((info.st_mode & 0077) != 0)
        ::chmod(file.c_str(), 0600);
}

// Whether it is ours and has tables.
bool recognize(sqlite_database& db, std::string const& file)
{
    sqlite_savepoint const one_look(db);  // another server may be making the tables
    auto const id = db.number("PRAGMA application_id");
    auto const found = db.number("PRAGMA user_version");
    if (id == 0 && found == 0 && db.number("SELECT count(*) FROM sqlite_schema") == 0)
        return false;
    if (id != application)
        throw store_error(file + " is the database of another program: move it away");
    if (found > version)
        throw store_error(
            file + " was written by a newer version of this program: use that version");
    sqlite_statement known(db, "SELECT count(*) FROM sqlite_schema WHERE sql = ?");
    for (auto const* sql : schema) {
        known.bind(1, std::string_view(sql));
        known.step();
        if (known.integer(0) != 1)
            throw store_error(file + " has other tables than it should: move it away");
        known.reset();
    }
    if (db.number("SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL") !=
        static_cast<long long>(schema.size()))
        throw store_error(file + " has tables or triggers that it should not: move it away");
    return true;
}

// One server at a time turns an empty file into one of runs: two who switch it to WAL at once
// refuse each other, and SQLite does not wait there.
class maker_lock {
public:
    explicit maker_lock(std::string const& file)
        : directory_(::open(
              file.substr(0, file.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        while (directory_ >= 0 && ::flock(directory_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    maker_lock(maker_lock const&) = delete;
    maker_lock& operator=(maker_lock const&) = delete;
    ~maker_lock()
    {
        if (directory_ >= 0)
            ::close(directory_);
    }

private:
    int directory_;
};

void make_tables(sqlite_database& db, std::string const& file)
{
    maker_lock const alone(file);
    if (recognize(db, file))
        return;
    db.run("PRAGMA auto_vacuum = INCREMENTAL");  // before there is a page to keep it on
    db.run("PRAGMA journal_mode = WAL");
    sqlite_transaction made(db);
    for (auto const* sql : schema)
        db.run(sql);
    db.run(("PRAGMA application_id = " + std::to_string(application)).c_str());
    db.run(("PRAGMA user_version = " + std::to_string(version)).c_str());
    made.commit();
}

}  // namespace

void make_state_directory(std::string const& directory)
{
    for (auto end = directory.find('/', 1); end != directory.npos;
         end = directory.find('/', end + 1))
        ::mkdir(directory.substr(0, end).c_str(), 0700);
    ::mkdir(directory.c_str(), 0700);
    int const error = errno;
    struct stat info {};
    if (::stat(directory.c_str(), &info) != 0)
        throw store_error(
            directory + " cannot be made (" + reason(error) + "): name a directory that can");
    if (!S_ISDIR(info.st_mode))
        throw store_error(directory + " is not a directory: move it away");
}

sqlite_database open_run_file(std::string const& file)
{
    if (file != ":memory:")
        make_file(file);
    sqlite_database db(file, sqlite_database::mode::create);
    db.busy_timeout(run_file_patience);
    db.run("PRAGMA synchronous = FULL");
    db.run("PRAGMA journal_size_limit = 4194304");
    if (!recognize(db, file))
        make_tables(db, file);
    return db;
}

sqlite_database read_run_file(std::string const& file)
{
    auto const looked_at = [&](sqlite_database::mode m) {
        sqlite_database db(file, m);
        if (!recognize(db, file))
            throw store_error(file + " is empty");
        return db;
    };
    try {
        return looked_at(sqlite_database::mode::read_only);
    } catch (sqlite_error const&) {
        // SQLite cannot read what is in WAL mode without writing beside it. Nothing is in a log
        // that is empty; and whoever had the file open would have made what could not be made here.
        struct stat log {};
        if (::stat((file + "-wal").c_str(), &log) == 0 && log.st_size > 0)
            throw;
    }
    return looked_at(sqlite_database::mode::unchanging);
}

void throw_store_error(sqlite_error const& error, std::string const& file)
{
    switch (error.code) {
    case SQLITE_NOMEM:
        throw std::bad_alloc();
    case SQLITE_FULL:
        throw store_error("the disk that holds " + file + " is full: free some space on it");
    case SQLITE_READONLY:
    case SQLITE_PERM:
        throw store_error(
            file + " cannot be written: see that this user can write it and its directory");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        throw store_error(file + " is damaged: move it away");
    case SQLITE_CANTOPEN:
        throw store_error(
            file +
            " cannot be opened: see that it is a file that this user can write, and no link");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        throw store_error(file + " was locked by another program for too long: end that program");
    default:
        throw store_error(
            file + " cannot be read or written (" + error.what() + "): check the disk");
    }
}

}  // namespace agent
