#include "agent/docs/context7/kept/kept_answers.hpp"

#include "protocol/rpc/async.hpp"

#include <utility>

namespace agent {

using boost::asio::awaitable;

namespace {

struct looked_up {
    std::optional<kept_answer> kept;
    std::string warning;
};

}  // namespace

kept_answers::kept_answers(
    std::shared_ptr<answer_cache> cache, boost::asio::any_io_executor pool, mcp::logger log)
    : cache_(std::move(cache)), pool_(std::move(pool)), log_(std::move(log))
{
}

awaitable<std::optional<kept_answer>> kept_answers::find(std::string key, std::string server)
{
    auto work = [cache = cache_, key] {
        looked_up out;
        out.kept = cache->find(key);
        out.warning = cache->warning();
        return out;
    };
    looked_up out;
    if (pool_)
        out = co_await mcp::offload(pool_, std::move(work));
    else
        out = work();
    if (!out.warning.empty())
        log_.warning(out.warning);
    if (out.kept && !server.empty() && !out.kept->server.empty() && out.kept->server != server)
        out.kept.reset();
    co_return std::move(out.kept);
}

awaitable<void> kept_answers::keep(
    std::string key, std::string server, std::string body, std::chrono::seconds fresh_for)
{
    auto work = [cache = cache_, key, server, body, fresh_for] {
        cache->keep(key, server, body, fresh_for);
        return cache->warning();
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
