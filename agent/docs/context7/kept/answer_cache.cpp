#include "agent/docs/context7/kept/answer_cache.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace agent {

namespace {

constexpr long long version = 1;
constexpr long long application = 0x4e424537;  // "NBE7"
constexpr std::size_t largest = std::size_t{1} << 20;
constexpr auto lock_patience = std::chrono::milliseconds(250);

// As SQLite keeps these texts, so is a schema that somebody changed recognized by them.
constexpr std::array schema{
    "CREATE TABLE answers(key TEXT PRIMARY KEY, server TEXT NOT NULL, stored INTEGER NOT NULL,"
    " fresh_until INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE INDEX answers_by_age ON answers(stored, bytes)",
};

struct unusable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Two processes that make a file WAL at once refuse each other, and SQLite does not wait there.
class maker_lock {
public:
    explicit maker_lock(std::filesystem::path const& directory)
        : fd_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    maker_lock(maker_lock const&) = delete;
    maker_lock& operator=(maker_lock const&) = delete;
    ~maker_lock()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

private:
    int fd_;
};

// Made without being opened: closing a descriptor drops every lock of this process on the file.
void make_file(std::filesystem::path const& file)
{
    std::error_code ec;
    std::filesystem::create_directories(file.parent_path(), ec);
    struct stat info {};
    if (::mknod(file.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
        throw unusable("it cannot be made");
    if (::lstat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
        throw unusable("it is not a regular file");
    if ((info.st_mode & 0077) != 0)
        ::chmod(file.c_str(), 0600);
}

void make_tables(sqlite_database& db)
{
    sqlite_transaction made(db);
    for (auto const* sql : schema)
        db.run(sql);
    db.run(("PRAGMA application_id = " + std::to_string(application)).c_str());
    db.run(("PRAGMA user_version = " + std::to_string(version)).c_str());
    made.commit();
}

// False: it is empty.
bool recognize(sqlite_database& db)
{
    auto const id = db.number("PRAGMA application_id");
    auto const objects = db.number("SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL");
    if (id == 0 && objects == 0)
        return false;
    if (id != application || db.number("PRAGMA user_version") != version ||
        objects != static_cast<long long>(schema.size()))
        throw unusable("it is the database of another program or version");
    sqlite_statement known(db, "SELECT count(*) FROM sqlite_schema WHERE sql = ?");
    for (auto const* sql : schema) {
        known.bind(1, std::string_view(sql));
        known.step();
        if (known.integer(0) != 1)
            throw unusable("it has other tables than it should");
        known.reset();
    }
    return true;
}

sqlite_database open_file(std::filesystem::path const& file)
{
    make_file(file);
    maker_lock const alone(file.parent_path());
    sqlite_database db(file.string(), sqlite_database::mode::create);
    db.busy_timeout(lock_patience);
    // What a power failure takes can be asked for again.
    db.run("PRAGMA synchronous = NORMAL");
    db.run("PRAGMA journal_size_limit = 1048576");
    if (!recognize(db)) {
        db.run("PRAGMA journal_mode = WAL");
        make_tables(db);
    }
    return db;
}

long long seconds_of(answer_cache::clock::time_point time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

answer_cache::answer_cache(
    std::filesystem::path directory,
    std::function<clock::time_point()> now,
    std::int64_t most_bytes)
    : file_(directory.empty() ? directory : directory / "context7.sqlite"),
      now_(std::move(now)),
      most_bytes_(most_bytes)
{
}

void answer_cache::use_memory(std::string const& why)
{
    warning_ = "the answers of Context7 cannot be kept in " + file_.string() + " (" + why +
               "): they are forgotten at the end; move that file away, or see that it can be "
               "written";
    file_.clear();
    db_.reset();
}

sqlite_database& answer_cache::database()
{
    if (!db_ && !file_.empty())
        try {
            db_.emplace(open_file(file_));
        } catch (unusable const& e) {
            use_memory(e.what());
        }
    if (!db_) {
        db_.emplace(":memory:", sqlite_database::mode::create);
        make_tables(*db_);
    }
    return *db_;
}

// A file that fails gives way to memory; that another process holds it up for a moment is no
// failure.
template <class F>
void answer_cache::attempt(F work)
{
    for (int times = 0; times < 2; ++times)
        try {
            work(database());
            return;
        } catch (sqlite_error const& e) {
            if (e.code == SQLITE_BUSY || e.code == SQLITE_LOCKED || file_.empty())
                return;
            use_memory(e.what());
        }
}

std::optional<kept_answer> answer_cache::find(std::string_view key)
{
    std::lock_guard const alone(busy_);
    std::optional<kept_answer> found;
    attempt([&](sqlite_database& db) {
        auto row = db.use("SELECT body, server, stored, fresh_until FROM answers WHERE key = ?");
        row->bind(1, key);
        if (!row->step())
            return;
        kept_answer out;
        out.body = row->blob(0);
        out.server = row->text(1);
        auto const now = seconds_of(now_());
        auto const stored = row->integer(2);
        // What comes from the future was kept by a clock that was wrong.
        out.fresh = stored <= now && now < row->integer(3);
        out.stored =
            clock::time_point(std::chrono::seconds(std::clamp<std::int64_t>(stored, 0, now)));
        found = std::move(out);
    });
    return found;
}

void answer_cache::keep(
    std::string_view key,
    std::string_view server,
    std::string_view body,
    std::chrono::seconds fresh_for)
{
    if (body.size() > largest)
        return;
    std::lock_guard const alone(busy_);
    attempt([&](sqlite_database& db) {
        auto const now = seconds_of(now_());
        sqlite_transaction kept(db);
        {
            auto row = db.use("INSERT OR REPLACE INTO answers VALUES(?, ?, ?, ?, ?, ?)");
            row->bind(1, key);
            row->bind(2, server);
            row->bind(3, now);
            row->bind(4, now + static_cast<long long>(fresh_for.count()));
            auto const bytes = key.size() + server.size() + body.size();
            row->bind(5, static_cast<long long>(bytes));
            row->bind_blob(6, body);
            row->step();
        }
        if (db.number("SELECT sum(bytes) FROM answers") > most_bytes_) {
            auto old = db.use(
                "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM (SELECT rowid, sum(bytes)"
                " OVER (ORDER BY stored DESC, rowid DESC) AS total FROM answers)"
                " WHERE total > ?)");
            old->bind(1, static_cast<long long>(most_bytes_));
            old->step();
        }
        kept.commit();
    });
}

std::string answer_cache::warning()
{
    std::lock_guard const alone(busy_);
    return std::exchange(warning_, {});
}

}  // namespace agent
