#pragma once

// `nextjs-backend-engineer docs`: the documentation that the project has installed, for a person
// and for scripts.

#include "agent/docs/bundled/bundled_docs.hpp"
#include "agent/docs/context7/context7.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "server/app/config.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace app {

// What the command works on; all outlives it.
struct docs_place {
    std::string project;
    std::string cache_directory;
    agent::bundled_docs& docs;
    agent::context7* context7;  // none: switched off
    agent::knowledge known;
    boost::asio::any_io_executor pool;
};

// The exit code: 0, or 1 with a sentence on stderr. `status` is 1 also where a source that is not
// switched off cannot be asked.
boost::asio::awaitable<int> docs_command(docs_place place, docs_options options);

// Takes every index and kept answer out of the cache directory, and nothing else. How many files.
std::size_t clear_documentation(std::string const& cache_directory);

}  // namespace app
