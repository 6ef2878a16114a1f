#pragma once

// The kept answers as a coroutine has them: read and written on a pool, never on the loop. Answers
// of another server than the one that answers now are not given.

#include "agent/docs/context7/kept/answer_cache.hpp"
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
    kept_answers(
        std::shared_ptr<answer_cache> cache, boost::asio::any_io_executor pool, mcp::logger log);

    // `server`: kind_of_server(), empty while it is not known.
    boost::asio::awaitable<std::optional<kept_answer>> find(std::string key, std::string server);
    boost::asio::awaitable<void>
    keep(std::string key, std::string server, std::string body, std::chrono::seconds fresh_for);

private:
    std::shared_ptr<answer_cache> cache_;
    boost::asio::any_io_executor pool_;
    mcp::logger log_;
};

}  // namespace agent
