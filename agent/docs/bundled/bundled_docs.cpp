#include "agent/docs/bundled/bundled_docs.hpp"

#include "agent/docs/bundled/docs_index.hpp"
#include "agent/docs/excerpt.hpp"
#include "protocol/rpc/async.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

namespace agent {

using boost::asio::awaitable;
using answer = boost::system::result<std::vector<passage>, docs_error>;

namespace {

constexpr std::size_t max_passage = 4096;
constexpr int max_passages = 20;

docs_error unavailable(std::string text)
{
    return {docs_errc::unavailable, std::move(text)};
}

}  // namespace

// What runs on the pool. The one lock of this room: two questions at once open the index once.
class bundled_docs::library {
public:
    library(std::filesystem::path project, std::filesystem::path cache)
        : project_(std::move(project)), cache_(std::move(cache))
    {
    }

    struct reply {
        answer outcome;
        std::string warning;  // to be logged, on the loop
    };

    reply ask(docs_query const& q)
    {
        std::lock_guard const alone(busy_);
        auto outcome = answered(q);
        return {std::move(outcome), std::exchange(warning_, {})};
    }

private:
    static constexpr int sqlite_corrupt = 11;
    static constexpr int sqlite_not_a_database = 26;

    answer answered(docs_query const& q)
    {
        try {
            if (auto problem = open())
                return *problem;
            return search(q);
        } catch (sqlite_error const& e) {
            // Damage that only a query meets: the next one builds the index again.
            index_.reset();
            discard_ = e.code == sqlite_corrupt || e.code == sqlite_not_a_database;
            return unavailable(
                std::string("the bundled documentation cannot be searched: ") + e.what());
        } catch (std::exception const& e) {
            return unavailable(
                std::string("the bundled documentation cannot be read: ") + e.what());
        }
    }

    std::optional<docs_error> open()
    {
        if (index_)
            return std::nullopt;
        package_ = find_next(project_);
        if (!package_)
            return docs_error(
                docs_errc::not_found,
                "next is not installed in the project: no node_modules holds it; run npm install");
        auto const files = read_docs(package_->docs);
        if (files.empty())
            return docs_error(
                docs_errc::not_found,
                "next " + package_->version +
                    " brings no documentation along; next 16.2 is the first that does");
        index_.emplace(docs_index::of(package_->version, files, cache_, discard_));
        discard_ = false;
        if (index_->in_memory() && !cache_.empty())
            warning_ = "the documentation index cannot be kept in " + cache_.string() +
                       "; it is built again at every start";
        return std::nullopt;
    }

    answer search(docs_query const& q)
    {
        auto const count = static_cast<std::size_t>(std::clamp(q.max_passages, 1, max_passages));
        auto hits = index_->search(q.question, asked_router(q.question), count);
        if (hits.empty())
            return docs_error(
                docs_errc::not_found,
                "the documentation of next " + package_->version + " has nothing on this question");
        std::vector<passage> passages;
        passages.reserve(hits.size());
        for (auto& hit : hits)
            passages.push_back(
                {std::move(hit.title),
                 excerpt(hit.text, max_passage),
                 "https://nextjs.org" + page_url(hit.file),
                 "next",
                 package_->version,
                 "bundled",
                 package_->shown_docs + "/" + hit.file});
        return passages;
    }

    std::filesystem::path project_;
    std::filesystem::path cache_;
    std::mutex busy_;
    std::optional<next_package> package_;
    std::optional<docs_index> index_;
    bool discard_ = false;
    std::string warning_;
};

bundled_docs::bundled_docs(
    boost::asio::any_io_executor pool,
    std::filesystem::path project,
    std::filesystem::path cache_directory,
    mcp::logger log)
    : pool_(std::move(pool)),
      log_(std::move(log)),
      library_(std::make_shared<library>(std::move(project), std::move(cache_directory)))
{
}

bundled_docs::~bundled_docs() = default;

awaitable<answer> bundled_docs::query(docs_query q)
{
    if (q.library != "next")
        co_return docs_error(
            docs_errc::not_found, "the bundled documentation covers next, not " + q.library);
    auto work = [library = library_, asked = std::move(q)] { return library->ask(asked); };
    auto reply = co_await mcp::offload(pool_, std::move(work));
    if (!reply.warning.empty())
        log_.warning(reply.warning);
    co_return std::move(reply.outcome);
}

}  // namespace agent
