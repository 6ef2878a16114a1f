#pragma once

// The documentation that ships inside the project's own `next` (16.2 and later): exact for the
// installed version, there without a network. App Router unless the question names the other one.
//
// Nothing is read before the first question; then the index is found in the cache directory or
// built, on the thread pool. Only reads the project. Answers for "next" alone.

#include "agent/docs/documentation.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace agent {

class bundled_docs final : public documentation {
public:
    // `pool` is where files are read and searched. `cache_directory` may be empty: the index then
    // lives in memory.
    bundled_docs(
        boost::asio::any_io_executor pool,
        std::filesystem::path project,
        std::filesystem::path cache_directory,
        mcp::logger log);
    ~bundled_docs() override;

    std::string_view name() const override { return "bundled"; }

    boost::asio::awaitable<boost::system::result<std::vector<passage>, docs_error>>
    query(docs_query q) override;

private:
    class library;

    boost::asio::any_io_executor pool_;
    mcp::logger log_;
    std::shared_ptr<library> library_;
};

}  // namespace agent
