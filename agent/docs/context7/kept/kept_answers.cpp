#include "agent/docs/context7/kept/kept_answers.hpp"

#include "protocol/rpc/async.hpp"

#include <mutex>
#include <utility>

namespace agent {

using boost::asio::awaitable;

namespace {

struct looked_up {
    std::optional<kept_answer> kept;
    std::string warning;
};

}  // namespace

// On whichever threads of the pool.
struct kept_answers::pinned_answers {
    explicit pinned_answers(std::filesystem::path file) : lock(std::move(file)) {}
    std::mutex busy;
    answer_lock lock;
};

kept_answers::kept_answers(
    std::shared_ptr<answer_cache> cache,
    boost::asio::any_io_executor pool,
    mcp::logger log,
    std::filesystem::path const& lock)
    : cache_(std::move(cache)), pool_(std::move(pool)), log_(std::move(log))
{
    if (!lock.empty())
        pinned_ = std::make_shared<pinned_answers>(lock);
}

kept_answers::pinned_ptr kept_answers::pinned(answer_key const& key) const
{
    return key.pinned.empty() ? nullptr : pinned_;
}

awaitable<std::optional<kept_answer>> kept_answers::find(answer_key key, std::string server)
{
    auto work = [cache = cache_, pinned = pinned(key), key, server] {
        looked_up out;
        if (pinned) {
            std::lock_guard const alone(pinned->busy);
            out.kept = pinned->lock.find(key.pinned);
            out.warning = pinned->lock.warning();
            if (out.kept)
                return out;
        }
        out.kept = cache->find(key.cached);
        if (auto said = cache->warning(); !said.empty())
            out.warning = std::move(said);
        if (out.kept && !server.empty() && !out.kept->server.empty() && out.kept->server != server)
            out.kept.reset();
        if (out.kept && out.kept->fresh && pinned) {
            std::lock_guard const alone(pinned->busy);
            pinned->lock.keep(key.pinned, *out.kept);
        }
        return out;
    };
    looked_up out;
    if (pool_)
        out = co_await mcp::offload(pool_, std::move(work));
    else
        out = work();
    if (!out.warning.empty())
        log_.warning(out.warning);
    co_return std::move(out.kept);
}

awaitable<void> kept_answers::keep(
    answer_key key, std::string server, std::string body, std::chrono::seconds fresh_for)
{
    auto work = [cache = cache_, pinned = pinned(key), key, server, body, fresh_for] {
        cache->keep(key.cached, server, body, fresh_for);
        auto said = cache->warning();
        if (pinned) {
            std::lock_guard const alone(pinned->busy);
            pinned->lock.keep(key.pinned, {body, server, std::chrono::system_clock::now()});
            if (auto why = pinned->lock.warning(); !why.empty())
                said = std::move(why);
        }
        return said;
    };
    std::string warning;
    if (pool_)
        warning = co_await mcp::offload(pool_, std::move(work));
    else
        warning = work();
    if (!warning.empty())
        log_.warning(warning);
}

}  // namespace agent
