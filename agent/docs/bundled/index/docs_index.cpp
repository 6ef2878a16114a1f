#include "agent/docs/bundled/index/docs_index.hpp"

#include "agent/docs/bundled/index/index_writer.hpp"

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

constexpr std::size_t candidates = 150;
constexpr double meant_weight = 0.65;
constexpr int index_corrupt = 11;
constexpr auto stale_after = std::chrono::hours(1);

std::optional<sqlite_database> open_index(fs::path const& file)
{
    std::error_code ec;
    if (!fs::exists(fs::symlink_status(file, ec)))
        return std::nullopt;
    try {
        sqlite_database db(file.string(), sqlite_database::mode::unchanging);
        if (db.number("PRAGMA application_id") == index_application &&
            db.number("PRAGMA user_version") == index_format &&
            db.number("SELECT max(id) + 1 FROM sections") ==
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
        write_index(db, package, files);
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
        "docs-{}@{}-{}-{}.sqlite",
        shown,
        package.version,
        index_format,
        digest(files).substr(0, 16));
}

// Which index belongs to a package that is installed here: known without reading it all again.
class known_index {
public:
    known_index(fs::path const& directory, docs_package const& package)
        : directory_(directory),
          note_(directory / "installed" / (package.stamp + "-" + std::to_string(index_format)))
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

std::unique_ptr<docs_index>
docs_index::of(docs_package const& package, fs::path const& cache_directory, bool anew)
{
    known_index const known(cache_directory, package);
    bool const keep = !cache_directory.empty();
    if (auto const file = keep && !anew ? known.file() : fs::path(); !file.empty())
        if (auto db = open_index(file))
            return std::make_unique<docs_index>(std::move(*db), package.name, false);
    auto const files = read_docs(package);
    if (files.empty())
        return nullptr;
    if (keep) {
        auto const called = file_name(package, files);
        auto const file = cache_directory / called;
        if (auto db = found_or_built(file, package.name, files, anew)) {
            known.remember(called);
            return std::make_unique<docs_index>(std::move(*db), package.name, false);
        }
    }
    sqlite_database db(":memory:", sqlite_database::mode::create);
    write_index(db, package.name, files);
    return std::make_unique<docs_index>(std::move(db), package.name, true);
}

docs_index::docs_index(sqlite_database db, std::string package, bool in_memory)
    : db_(std::move(db)),
      package_(std::move(package)),
      in_memory_(in_memory),
      stems_(db_),
      term_(db_, "SELECT sections, postings FROM terms WHERE term = ?"),
      place_(db_, "SELECT file, title FROM sections WHERE id = ?"),
      text_(db_, "SELECT text FROM sections WHERE id = ?")
{
    // 2 MiB of it at most, as questions touch it; the system's cache has the rest.
    db_.run("PRAGMA cache_size = -2048");
    sqlite_statement contents(db_, "SELECT sections, lengths, readers FROM contents");
    if (!contents.step())
        throw sqlite_error(index_corrupt, "an index is empty");
    auto const count = static_cast<std::size_t>(contents.integer(0));
    auto const lengths = contents.blob(1);
    readers_ = contents.blob(2);
    if (lengths.size() != 2 * count || readers_.size() != count)
        throw sqlite_error(index_corrupt, "an index is damaged");
    lengths_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const low = static_cast<unsigned char>(lengths[2 * i]);
        auto const high = static_cast<unsigned char>(lengths[2 * i + 1]);
        lengths_[i] = static_cast<std::uint16_t>(low | (high << 8));
    }
}

void docs_index::follow(
    section_scores& scores,
    std::set<std::string, std::less<>>& followed,
    std::vector<std::string> const& terms,
    double weight)
{
    for (auto const& term : terms)
        for (auto const stem : stems_.of(term)) {
            if (!followed.emplace(stem).second)
                continue;
            term_.bind(1, stem);
            bool const known = term_.step();
            bool const sound =
                !known ||
                scores.add(term_.blob(1), static_cast<std::uint32_t>(term_.integer(0)), weight);
            term_.reset();
            if (!sound)
                throw sqlite_error(index_corrupt, "an index is damaged");
        }
}

std::vector<docs_hit> docs_index::search(
    std::string_view question, next_router router, vocabulary const& words, std::size_t count)
{
    auto const terms = terms_of(question, words, package_);
    section_scores scores(lengths_);
    std::set<std::string, std::less<>> followed;
    follow(scores, followed, terms.asked, 1);
    follow(scores, followed, terms.meant, meant_weight);

    auto const other =
        router == next_router::app ? section_reader::pages_router : section_reader::app_router;
    struct scored {
        float score;
        std::uint32_t row;
    };
    std::vector<scored> best;
    for (std::uint32_t i = 0; i < lengths_.size(); ++i)
        if (scores.all()[i] > 0 && static_cast<section_reader>(readers_[i]) != other)
            best.push_back({scores.all()[i], i});
    auto const better = [](scored const& a, scored const& b) {
        return a.score != b.score ? a.score > b.score : a.row < b.row;
    };
    auto const some = std::min(best.size(), candidates);
    std::partial_sort(
        best.begin(), best.begin() + static_cast<std::ptrdiff_t>(some), best.end(), better);
    best.resize(some);
    std::vector<docs_hit> hits;
    hits.reserve(some);
    for (auto const& [score, row] : best)
        hits.push_back({{}, {}, {}, score, row});
    for (auto& hit : hits) {
        place_.bind(1, hit.row);
        if (place_.step()) {
            hit.file = place_.text(0);
            hit.title = place_.text(1);
        }
        place_.reset();
    }
    hits = varied(std::move(hits), question, count);
    for (auto& hit : hits) {
        text_.bind(1, hit.row);
        if (text_.step())
            hit.text = text_.text(0);
        text_.reset();
    }
    return hits;
}

}  // namespace agent
