#include "agent/docs/bundled/bundled_docs.hpp"

#include "agent/docs/bundled/index/docs_index.hpp"
#include "agent/docs/excerpt.hpp"
#include "agent/docs/untrusted.hpp"
#include "protocol/rpc/async.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using asio::awaitable;
using answer = boost::system::result<std::vector<passage>, docs_error>;

namespace {

constexpr std::size_t max_passage = 4096;
constexpr int max_passages = 20;
constexpr int sqlite_corrupt = 11;
constexpr int sqlite_not_a_database = 26;

// What is kept is of no use; it can be made again.
bool damaged(sqlite_error const& e)
{
    return e.code == sqlite_corrupt || e.code == sqlite_not_a_database;
}

docs_error unavailable(std::string text)
{
    return {docs_errc::unavailable, std::move(text)};
}

docs_error not_found(std::string text)
{
    return {docs_errc::not_found, std::move(text)};
}

// Where a reader finds it.
std::string url_of(docs_package const& package, std::string const& file)
{
    if (package.name == "next")
        return "https://nextjs.org" + page_url(file);
    return fmt::format("https://unpkg.com/{}@{}/{}", package.name, package.version, file);
}

std::string shown_file(docs_package const& package, std::string const& file)
{
    return package.shown + (package.name == "next" ? "/dist/docs/" : "/") + file;
}

// One package: what runs on the pool. Its lock is held for as long as one search takes.
class shelf {
public:
    shelf(docs_package package, fs::path cache)
        : package_(std::move(package)), cache_(std::move(cache))
    {
    }

    docs_package const& package() const { return package_; }

    // Throws sqlite_error.
    void open(bool anew)
    {
        std::lock_guard const alone(busy_);
        if (index_ && !anew)
            return;
        index_.reset();
        try {
            index_ = docs_index::of(package_, cache_, anew);
        } catch (sqlite_error const& e) {
            if (anew || !damaged(e))
                throw;
            index_ = docs_index::of(package_, cache_, true);
        }
    }

    bool empty() const { return !index_; }
    bool in_memory() const { return index_ && index_->in_memory(); }
    long long sections() const { return index_ ? static_cast<long long>(index_->sections()) : 0; }

    std::vector<docs_hit>
    search(std::string const& question, vocabulary const& words, std::size_t count)
    {
        std::lock_guard const alone(busy_);
        if (!index_)
            return {};
        auto const router = asked_router(question);
        try {
            return index_->search(question, router, words, count);
        } catch (sqlite_error const& e) {
            if (!damaged(e))
                throw;
        }
        // Damage that only a query meets.
        index_.reset();
        index_ = docs_index::of(package_, cache_, true);
        return index_ ? index_->search(question, router, words, count) : std::vector<docs_hit>();
    }

private:
    docs_package package_;
    fs::path cache_;
    std::mutex busy_;
    std::unique_ptr<docs_index> index_;
};

using shelf_ptr = std::shared_ptr<shelf>;

std::vector<passage> searched(
    std::vector<shelf_ptr> const& shelves,
    std::string const& question,
    vocabulary const& words,
    std::size_t count)
{
    struct found {
        shelf* from;
        docs_hit hit;
    };
    std::vector<found> all;
    for (auto const& from : shelves)
        for (auto& hit : from->search(question, words, count))
            all.push_back({from.get(), std::move(hit)});
    std::stable_sort(all.begin(), all.end(), [](found const& a, found const& b) {
        return a.hit.score > b.hit.score;
    });
    all.resize(std::min(all.size(), count));
    std::vector<passage> out;
    out.reserve(all.size());
    for (auto& [from, hit] : all) {
        auto const& package = from->package();
        auto const title = without_instructions(hit.title);
        auto const body = without_instructions(hit.text);
        out.push_back(
            {title.text,
             excerpt(body.text, max_passage),
             url_of(package, hit.file),
             package.name,
             package.version,
             "bundled",
             shown_file(package, hit.file)});
        if (title.instructions + body.instructions > 0)
            out.back().cleaned = 1;
    }
    return out;
}

}  // namespace

class bundled_docs::library : public std::enable_shared_from_this<library> {
public:
    library(
        asio::any_io_executor pool,
        fs::path project,
        fs::path cache,
        documentation_homes homes,
        mcp::logger log,
        vocabulary words)
        : pool_(std::move(pool)),
          project_(std::move(project)),
          cache_(std::move(cache)),
          homes_(std::move(homes)),
          log_(std::move(log)),
          words_(std::move(words))
    {
    }

    vocabulary const& words() const { return words_; }

    std::vector<std::string> homes_of(std::string const& package) const
    {
        return homes_ ? homes_(package) : std::vector<std::string>{package};
    }

    using visitor = std::function<void(shelf_ptr const&)>;

    // The package as the project, or the package `from` of it, has it now; opened once, whoever
    // asks. Nothing where it is not installed. `visit` sees it first, on the pool: a way to another
    // thread and back costs more than most of what is done there.
    awaitable<shelf_ptr>
    shelf_of(std::string package, std::string from, bool anew, visitor visit = nullptr)
    {
        auto const self = shared_from_this();
        auto& slot = slots_[package];
        if (!slot)
            slot = std::make_shared<place>();
        auto const at = slot;
        auto const executor = co_await asio::this_coro::executor;
        while (at->opening) {
            auto const waiting = at->opening;
            co_await waiting->wait();
        }
        at->opening = std::make_shared<mcp::event>(executor);
        opening const mine(*at);
        auto work = [self, package, from, anew, before = at->opened, visit = std::move(visit)] {
            auto found = self->open(package, from, anew, before);
            if (found && visit)
                visit(found);
            return found;
        };
        at->opened = co_await mcp::offload(pool_, std::move(work));
        if (!at->opened)
            slots_.erase(package);  // names that a model makes up are not remembered
        if (at->opened && at->opened->in_memory() && !cache_.empty() &&
            !std::exchange(warned_, true))
            log_.warning(
                "the index of documentation cannot be kept in " + cache_.string() +
                "; it is built again at every start");
        co_return at->opened;
    }

private:
    struct place {
        shelf_ptr opened;
        std::shared_ptr<mcp::event> opening;  // by somebody, who says so when that is over
    };
    class opening {
    public:
        explicit opening(place& p) : place_(p) {}
        opening(opening const&) = delete;
        opening& operator=(opening const&) = delete;
        ~opening() { std::exchange(place_.opening, nullptr)->notify(); }

    private:
        place& place_;
    };

    shelf_ptr
    open(std::string const& package, std::string const& from, bool anew, shelf_ptr const& before)
    {
        auto found = find_package(project_, package, project_);
        if (!found && !from.empty())
            if (auto const home = find_package(project_, from, project_))
                found = find_package(home->root, package, project_);
        if (!found)
            return nullptr;
        bool const same = before && before->package().stamp == found->stamp;
        auto out = same ? before : std::make_shared<shelf>(std::move(*found), cache_);
        out->open(anew);
        return out;
    }

    asio::any_io_executor pool_;
    fs::path project_;
    fs::path cache_;
    documentation_homes homes_;
    mcp::logger log_;
    vocabulary words_;
    std::map<std::string, std::shared_ptr<place>> slots_;
    bool warned_ = false;
};

bundled_docs::bundled_docs(
    asio::any_io_executor pool,
    fs::path project,
    fs::path cache_directory,
    documentation_homes homes,
    mcp::logger log,
    vocabulary words)
    : pool_(pool),
      library_(std::make_shared<library>(
          std::move(pool),
          std::move(project),
          std::move(cache_directory),
          std::move(homes),
          std::move(log),
          std::move(words)))
{
}

bundled_docs::~bundled_docs() = default;

awaitable<answer> bundled_docs::query(docs_query q)
{
    auto const all = library_;
    std::vector<shelf_ptr> shelves;
    std::string installed;  // some package of this documentation is, with this version
    std::string failure;
    auto const count = static_cast<std::size_t>(std::clamp(q.max_passages, 1, max_passages));
    auto search = [words = all->words(), question = q.question, count](
                      std::vector<shelf_ptr> const& in) -> answer {
        try {
            return searched(in, question, words, count);
        } catch (sqlite_error const& e) {
            return unavailable(
                std::string("the bundled documentation cannot be searched: ") + e.what());
        }
    };
    auto const homes = all->homes_of(q.library);
    auto const alone = std::make_shared<std::optional<answer>>();
    library::visitor visit;
    if (homes.size() == 1)
        visit = [search, alone](shelf_ptr const& found) {
            if (!found->empty())
                *alone = search({found});
        };
    for (auto const& home : homes) {
        try {
            auto const found = co_await all->shelf_of(home, q.library, false, visit);
            if (found && installed.empty())
                installed = fmt::format("{} {}", home, found->package().version);
            if (found && !found->empty())
                shelves.push_back(found);
        } catch (sqlite_error const& e) {
            failure = e.what();
        } catch (fs::filesystem_error const& e) {
            failure = e.code().message();
        }
    }
    if (shelves.empty() && !failure.empty())
        co_return unavailable("the bundled documentation cannot be read: " + failure);
    if (installed.empty())
        co_return not_found(
            q.library + " is not installed in the project: no node_modules holds it");
    if (shelves.empty() && q.library == "next")
        co_return not_found(
            installed + " brings no documentation along; next 16.2 is the first that does");
    if (shelves.empty())
        co_return not_found(installed + " brings no documentation along");
    if (!*alone) {
        auto work = [search, shelves] { return search(shelves); };
        *alone = co_await mcp::offload(pool_, std::move(work));
    }
    auto found = std::move(**alone);
    if (found && found->empty())
        co_return not_found("the documentation of " + installed + " has nothing on this question");
    co_return found;
}

awaitable<boost::system::result<bundled_docs::holding, docs_error>>
bundled_docs::prepare(std::string package, bool anew)
{
    auto const all = library_;
    std::string failure;
    try {
        auto const found = co_await all->shelf_of(package, std::string(), anew);
        if (!found)
            co_return not_found(package + " is not installed in the project");
        holding out;
        out.version = found->package().version;
        out.sections = found->sections();
        co_return out;
    } catch (sqlite_error const& e) {
        failure = e.what();
    }
    co_return unavailable("the documentation of " + package + " cannot be indexed: " + failure);
}

}  // namespace agent
