#pragma once

// The documentation that a project has installed: what ships inside its packages, exact for their
// versions, there without a network. Of `next` its guides and references (16.2 and later), App
// Router unless the question names the other one; of every other package its Markdown and what its
// declarations say. Only reads the project.
//
// Nothing is read before the first question about a package; then its index is found in the cache
// directory or built, on the thread pool, once however many ask.

#include "agent/docs/bundled/index/vocabulary.hpp"
#include "agent/docs/documentation.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Packages whose documentation is that of `package`, itself first: next-auth's is in @auth/core.
using documentation_homes = std::function<std::vector<std::string>(std::string_view package)>;

class bundled_docs final : public documentation {
public:
    // `pool` is where files are read and searched. `cache_directory` may be empty: indexes then
    // live in memory.
    bundled_docs(
        boost::asio::any_io_executor pool,
        std::filesystem::path project,
        std::filesystem::path cache_directory,
        documentation_homes homes,
        mcp::logger log,
        vocabulary words = {});
    ~bundled_docs() override;

    std::string_view name() const override { return "bundled"; }

    boost::asio::awaitable<boost::system::result<std::vector<passage>, docs_error>>
    query(docs_query q) override;

    struct holding {
        std::string version;
        long long sections = 0;
    };
    // What of a package can be searched, indexing it if it is not yet (or `anew`). Nothing where it
    // is not installed. Throws operation_aborted when cancelled.
    boost::asio::awaitable<boost::system::result<holding, docs_error>>
    prepare(std::string package, bool anew = false);

private:
    class library;

    boost::asio::any_io_executor pool_;
    std::shared_ptr<library> library_;
};

}  // namespace agent
