#include "agent/docs/bundled/docs_index.hpp"

#include "protocol/text.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <optional>
#include <unistd.h>

namespace agent {

namespace fs = std::filesystem;

namespace {

// Grows with every change to what is stored or how it is cut.
constexpr int format = 1;
constexpr long long application = 0x4e424531;  // "NBE1"
constexpr long long candidates = 60;
constexpr auto stale_after = std::chrono::hours(1);

std::string_view name(next_router router)
{
    return router == next_router::app ? "app" : "pages";
}

// "03-api-reference/04-functions/revalidateTag.md" -> "api reference functions revalidate tag",
// for who does not know how it is spelled.
std::string path_words(std::string_view file)
{
    std::string words;
    for (char const c : page_url(file)) {
        bool const capital = c >= 'A' && c <= 'Z';
        if (capital)
            words += ' ';
        words += c == '/' || c == '-' ? ' ' : c;
    }
    return words;
}

// Pages that only name another page are read from there.
class page_set {
public:
    explicit page_set(std::vector<docs_file> const& files)
    {
        for (auto const& file : files)
            by_url_.emplace(page_url(file.path), &file);
    }
    next_page resolved(docs_file const& file) const
    {
        auto page = parse_page(file.text);
        auto const found = by_url_.find("/docs/" + page.source);
        if (!page.source.empty() && found != by_url_.end())
            page.body = parse_page(found->second->text).body;
        return page;
    }

private:
    std::map<std::string, docs_file const*> by_url_;
};

void fill(sqlite_database& db, std::vector<docs_file> const& files)
{
    db.run("BEGIN");
    db.run("CREATE VIRTUAL TABLE sections USING fts5(title, words, text, file UNINDEXED,"
           " router UNINDEXED, tokenize = 'porter unicode61')");
    db.run("CREATE TABLE contents(sections INTEGER)");
    sqlite_statement insert(db, "INSERT INTO sections VALUES(?, ?, ?, ?, ?)");
    page_set const pages(files);
    long long count = 0;
    for (auto const& file : files) {
        auto const router =
            file.path.starts_with("02-pages/") ? next_router::pages : next_router::app;
        auto const page = pages.resolved(file);
        auto const words = path_words(file.path) + " " + page.description;
        for (auto const& section : cut_sections(page.title, for_router(page.body, router))) {
            insert.bind(1, mcp::sanitize(section.title));
            insert.bind(2, mcp::sanitize(words));
            insert.bind(3, mcp::sanitize(section.text));
            insert.bind(4, file.path);
            insert.bind(5, name(router));
            insert.step();
            insert.reset();
            ++count;
        }
    }
    sqlite_statement counted(db, "INSERT INTO contents VALUES(?)");
    counted.bind(1, count);
    counted.step();
    db.run(("PRAGMA application_id = " + std::to_string(application)).c_str());
    db.run(("PRAGMA user_version = " + std::to_string(format)).c_str());
    db.run("COMMIT");
}

std::optional<sqlite_database> open_index(fs::path const& file)
{
    std::error_code ec;
    if (!fs::exists(fs::symlink_status(file, ec)))
        return std::nullopt;
    try {
        sqlite_database db(file.string(), sqlite_database::mode::read_only);
        if (db.number("PRAGMA application_id") == application &&
            db.number("PRAGMA user_version") == format &&
            db.number("SELECT count(*) FROM sections") ==
                db.number("SELECT sections FROM contents"))
            return db;
    } catch (sqlite_error const&) {
    }
    return std::nullopt;
}

// What a process that was killed while building has left.
void sweep(fs::path const& directory)
{
    std::error_code ec;
    for (fs::directory_iterator it(directory, ec), end; !ec && it != end; it.increment(ec)) {
        auto const file = it->path().filename().string();
        std::error_code ignored;
        if (file.starts_with("next-docs-") && file.find(".new-") != std::string::npos &&
            fs::file_time_type::clock::now() - it->last_write_time(ignored) > stale_after)
            fs::remove(it->path(), ignored);
    }
}

class temporary_file {
public:
    // Readable by its owner alone. Empty name: the directory cannot be written.
    explicit temporary_file(fs::path const& target) : name_(target.string() + ".new-XXXXXX")
    {
        int const fd = ::mkostemp(name_.data(), O_CLOEXEC);
        if (fd < 0)
            name_.clear();
        else
            ::close(fd);
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file()
    {
        if (!name_.empty())
            ::unlink(name_.c_str());
    }
    std::string const& name() const { return name_; }

private:
    std::string name_;
};

bool build_file(fs::path const& target, std::vector<docs_file> const& files)
{
    std::error_code ec;
    fs::create_directories(target.parent_path(), ec);
    sweep(target.parent_path());
    temporary_file const file(target);
    if (file.name().empty())
        return false;
    try {
        sqlite_database db(file.name(), sqlite_database::mode::create);
        // Nobody reads it before it is renamed; SQLite need not journal.
        db.run("PRAGMA journal_mode = OFF");
        fill(db, files);
    } catch (sqlite_error const&) {
        return false;
    }
    fs::rename(file.name(), target, ec);
    return !ec;
}

}  // namespace

docs_index docs_index::of(
    std::string const& version,
    std::vector<docs_file> const& files,
    fs::path const& cache_directory,
    bool anew)
{
    auto const file = cache_directory / ("next-docs-" + version + "-" + std::to_string(format) +
                                         "-" + digest(files).substr(0, 16) + ".sqlite");
    if (!cache_directory.empty()) {
        if (auto db = anew ? std::nullopt : open_index(file))
            return {std::move(*db), false};
        if (build_file(file, files))
            if (auto db = open_index(file))
                return {std::move(*db), false};
    }
    sqlite_database db(":memory:", sqlite_database::mode::create);
    fill(db, files);
    return {std::move(db), true};
}

std::vector<docs_hit>
docs_index::search(std::string_view question, next_router router, std::size_t count) const
{
    auto const match = match_expression(question);
    if (match.empty())
        return {};
    // bm25() is negative, and the more so the better. A title says more than a mention.
    sqlite_statement find(
        db_,
        "SELECT file, title, text, -bm25(sections, 6.0, 4.0, 1.0) AS score FROM sections"
        " WHERE sections MATCH ? AND router = ? ORDER BY score DESC LIMIT ?");
    find.bind(1, match);
    find.bind(2, name(router));
    find.bind(3, candidates);
    std::vector<docs_hit> hits;
    while (find.step())
        hits.push_back({find.text(0), find.text(1), find.text(2), find.real(3)});
    return varied(std::move(hits), question, count);
}

}  // namespace agent
