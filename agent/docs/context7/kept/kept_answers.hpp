#pragma once

// The kept answers as a coroutine has them: read and written on a pool, never on the loop. Answers
// of another server than the one that answers now are not given, but for those that are pinned.

#include "agent/docs/context7/kept/answer_cache.hpp"
#include "agent/docs/context7/kept/answer_lock.hpp"
#include "agent/docs/context7/kept/question.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>

namespace agent {

class kept_answers {
public:
    // Without a pool it is a cache in memory, which nobody waits for. Lasts as long as its calls.
    // `lock`: a file that pins what was answered; empty: none.
    kept_answers(
        std::shared_ptr<answer_cache> cache,
        boost::asio::any_io_executor pool,
        mcp::logger log,
        std::filesystem::path const& lock = {});

    // `server`: kind_of_server(), empty while it is not known.
    boost::asio::awaitable<std::optional<kept_answer>> find(answer_key key, std::string server);
    boost::asio::awaitable<void>
    keep(answer_key key, std::string server, std::string body, std::chrono::seconds fresh_for);

private:
    struct pinned_answers;
    using pinned_ptr = std::shared_ptr<pinned_answers>;

    pinned_ptr pinned(answer_key const& key) const;

    std::shared_ptr<answer_cache> cache_;
    pinned_ptr pinned_;  // none: nothing is pinned
    boost::asio::any_io_executor pool_;
    mcp::logger log_;
};

}  // namespace agent
