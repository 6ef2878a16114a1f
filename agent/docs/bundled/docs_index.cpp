#include "agent/docs/bundled/docs_index.hpp"

#include "agent/docs/declarations/declarations.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <map>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

namespace agent {

namespace fs = std::filesystem;

namespace {

// Grows with every change to what is stored or how it is cut.
constexpr int format = 2;
constexpr long long application = 0x4e424531;  // "NBE1"
constexpr std::size_t candidates = 150;
constexpr std::size_t max_known_terms = 20'000;
constexpr std::size_t max_terms = 24;
// Places of a question's words, and of what they mean, that a search follows.
constexpr std::size_t most_asked = 3000;
constexpr std::size_t most_meant = 2000;
constexpr auto stale_after = std::chrono::hours(1);

std::string_view name(next_router router)
{
    return router == next_router::app ? "app" : "pages";
}

// "revalidateTag" and "HTTPServer" for who does not know how they are spelled: "revalidate tag",
// "http server".
void add_words(std::string& words, std::string_view name)
{
    auto const capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (std::size_t i = 0; i < name.size(); ++i) {
        bool const begins = capital(name[i]) && i > 0 &&
                            (!capital(name[i - 1]) ||
                             (i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z'));
        if (begins)
            words += ' ';
        bool const between = std::string_view("/-_.>").find(name[i]) != std::string_view::npos;
        words += between ? ' ' : name[i];
    }
    words += ' ';
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

// A package of thousands of declarations repeats itself.
constexpr long long max_sections = 40'000;

class writer {
public:
    explicit writer(sqlite_database& db)
        : insert_(db, "INSERT INTO sections VALUES(?, ?, ?, ?, ?, ?)")
    {
    }

    void
    add(std::string_view file,
        std::string_view words,
        std::string_view router,
        std::vector<doc_section> const& sections)
    {
        for (auto const& section : sections) {
            if (count_ == max_sections)
                return;
            auto const title = mcp::sanitize(section.title);
            auto const text = mcp::sanitize(section.text);
            if (!seen_.insert(std::hash<std::string>()(std::string(router) + title + '\n' + text))
                     .second)
                continue;
            auto const leaf = title.rfind(" > ");
            std::string own;
            add_words(own, leaf == std::string::npos ? title : title.substr(leaf + 3));
            insert_.bind(1, title);
            insert_.bind(2, own);
            insert_.bind(3, mcp::sanitize(words));
            insert_.bind(4, text);
            insert_.bind(5, file);
            insert_.bind(6, router);
            insert_.step();
            insert_.reset();
            ++count_;
        }
    }

    long long count() const { return count_; }

private:
    sqlite_statement insert_;
    std::unordered_set<std::size_t> seen_;
    long long count_ = 0;
};

void fill_next(writer& out, std::vector<docs_file> const& files)
{
    page_set const pages(files);
    for (auto const& file : files) {
        auto const router =
            file.path.starts_with("02-pages/") ? next_router::pages : next_router::app;
        auto const page = pages.resolved(file);
        std::string words;
        add_words(words, page_url(file.path));
        words += page.description + " ";
        auto const sections = cut_sections(page.title, for_router(page.body, router));
        out.add(file.path, words, name(router), sections);
    }
}

void fill_any(writer& out, std::string const& package, std::vector<docs_file> const& files)
{
    for (auto const& file : files) {
        std::string words;
        add_words(words, std::string_view(file.path).substr(0, file.path.rfind('.')));
        if (file.path.ends_with("ts")) {
            out.add(file.path, words, "", cut_declarations(file.text));
            continue;
        }
        auto const page = parse_page(file.text);
        words += page.description + " ";
        auto const title = page.title.empty() ? package : page.title;
        auto const sections = cut_sections(title, for_router(page.body, next_router::app));
        out.add(file.path, words, "", sections);
    }
}

void fill(sqlite_database& db, std::string const& package, std::vector<docs_file> const& files)
{
    db.run("BEGIN");
    db.run("CREATE VIRTUAL TABLE sections USING fts5(title, leaf, words, text, file UNINDEXED,"
           " router UNINDEXED, tokenize = 'porter unicode61')");
    db.run("CREATE TABLE contents(sections INTEGER)");
    writer out(db);
    if (package == "next")
        fill_next(out, files);
    else
        fill_any(out, package, files);
    sqlite_statement counted(db, "INSERT INTO contents VALUES(?)");
    counted.bind(1, out.count());
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
            db.number("SELECT count(*) FROM sections_docsize") ==
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
        if (file.starts_with("docs-") && file.find(".new-") != std::string::npos &&
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

bool build_file(
    fs::path const& target, std::string const& package, std::vector<docs_file> const& files)
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
        fill(db, package, files);
    } catch (sqlite_error const&) {
        return false;
    }
    fs::rename(file.name(), target, ec);
    return !ec;
}

std::optional<sqlite_database> found_or_built(
    fs::path const& file,
    std::string const& package,
    std::vector<docs_file> const& files,
    bool anew)
{
    if (auto found = anew ? std::nullopt : open_index(file))
        return found;
    return build_file(file, package, files) ? open_index(file) : std::nullopt;
}

// "docs-@scope+name@1.2.3-2-0123456789abcdef.sqlite"
std::string file_name(docs_package const& package, std::vector<docs_file> const& files)
{
    auto shown = package.name;
    std::replace(shown.begin(), shown.end(), '/', '+');
    return fmt::format(
        "docs-{}@{}-{}-{}.sqlite", shown, package.version, format, digest(files).substr(0, 16));
}

// Which index belongs to a package that is installed here: known without reading it all again.
class known_index {
public:
    known_index(fs::path const& directory, docs_package const& package)
        : directory_(directory),
          note_(directory / "installed" / (package.stamp + "-" + std::to_string(format)))
    {
    }

    // Empty: it is not known.
    fs::path file() const
    {
        std::error_code ec;
        auto const name = fs::read_symlink(note_, ec);
        bool const plain = !ec && name.native().find('/') == std::string::npos;
        return plain ? directory_ / name : fs::path();
    }

    // Best effort. A link whose target is the name: made in one step.
    void remember(std::string const& name) const
    {
        std::error_code ec;
        fs::create_directories(note_.parent_path(), ec);
        fs::remove(note_, ec);
        fs::create_symlink(name, note_, ec);
    }

private:
    fs::path directory_;
    fs::path note_;
};

}  // namespace

std::optional<docs_index>
docs_index::of(docs_package const& package, fs::path const& cache_directory, bool anew)
{
    known_index const known(cache_directory, package);
    bool const keep = !cache_directory.empty();
    if (auto const file = keep && !anew ? known.file() : fs::path(); !file.empty())
        if (auto db = open_index(file))
            return docs_index(std::move(*db), false);
    auto const files = read_docs(package);
    if (files.empty())
        return std::nullopt;
    if (keep) {
        auto const called = file_name(package, files);
        auto const file = cache_directory / called;
        if (auto db = found_or_built(file, package.name, files, anew)) {
            known.remember(called);
            return docs_index(std::move(*db), false);
        }
    }
    sqlite_database db(":memory:", sqlite_database::mode::create);
    fill(db, package.name, files);
    return docs_index(std::move(db), true);
}

long long docs_index::sections() const
{
    return db_.number("SELECT sections FROM contents");
}

long long docs_index::holding(std::string const& term) const
{
    if (auto const known = holding_.find(term); known != holding_.end())
        return known->second;
    sqlite_statement count(db_, "SELECT count(*) FROM sections WHERE sections MATCH ?");
    count.bind(1, match_any({term}));
    count.step();
    if (holding_.size() == max_known_terms)
        holding_.clear();
    return holding_[term] = count.integer(0);
}

// The rarer a word, the more it says, and the less it costs to follow.
std::vector<std::string> docs_index::telling(std::vector<std::string> terms, std::size_t most) const
{
    std::vector<std::pair<long long, std::string>> by_rarity;
    for (auto& term : terms)
        if (auto const sections = holding(term); sections > 0)
            by_rarity.emplace_back(sections, std::move(term));
    std::sort(by_rarity.begin(), by_rarity.end());
    terms.clear();
    std::size_t followed = 0;
    for (auto& [sections, term] : by_rarity) {
        followed += static_cast<std::size_t>(sections);
        if (!terms.empty() && (followed > most || terms.size() == max_terms))
            break;
        terms.push_back(std::move(term));
    }
    return terms;
}

std::vector<docs_hit>
docs_index::search(std::string_view question, next_router router, std::size_t count) const
{
    auto terms = terms_of(question);
    std::unordered_map<long long, double> scores;
    auto const add = [&](std::vector<std::string> const& some, double weight) {
        if (some.empty())
            return;
        // bm25() is negative, and the more so the better. A title says more than a mention.
        sqlite_statement find(
            db_,
            "SELECT rowid, -bm25(sections, 2.0, 2.5, 1.0, 1.0) FROM sections"
            " WHERE sections MATCH ? AND router IN ('', ?)");
        find.bind(1, match_any(some));
        find.bind(2, name(router));
        while (find.step())
            scores[find.integer(0)] += weight * find.real(1);
    };
    // BM25 adds up over terms, so that the two may be weighed against each other.
    add(telling(std::move(terms.asked), most_asked), 1.0);
    add(telling(std::move(terms.meant), most_meant), 0.6);
    std::vector<docs_hit> hits;
    hits.reserve(scores.size());
    for (auto const& [row, score] : scores)
        hits.push_back({{}, {}, {}, score, row});
    auto const better = [](docs_hit const& a, docs_hit const& b) {
        return a.score != b.score ? a.score > b.score : a.row < b.row;
    };
    auto const some = std::min(hits.size(), candidates);
    std::partial_sort(
        hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(some), hits.end(), better);
    hits.resize(some);
    sqlite_statement place(db_, "SELECT file, title FROM sections WHERE rowid = ?");
    for (auto& hit : hits) {
        place.bind(1, hit.row);
        place.step();
        hit.file = place.text(0);
        hit.title = place.text(1);
        place.reset();
    }
    hits = varied(std::move(hits), question, count);
    sqlite_statement text(db_, "SELECT text FROM sections WHERE rowid = ?");
    for (auto& hit : hits) {
        text.bind(1, hit.row);
        text.step();
        hit.text = text.text(0);
        text.reset();
    }
    return hits;
}

}  // namespace agent
