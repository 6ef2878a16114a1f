#pragma once

// Context7's own two tools, under its names and with its arguments, so that a host can put this
// server in its place: resolve-library-id and query-docs. Here failures are errors, npm names of
// the project's packages are understood, the installed version is asked for, and an answer comes in
// pages. context7.md 1.1, 1.2, 2.6, 5.

#include "agent/docs/context7/context7.hpp"
#include "server/features.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <string>

namespace app {

// Where the tools look; all of it outlives them.
struct docs_sources {
    agent::context7* context7 = nullptr;      // none: resolve-library-id is not offered
    agent::documentation* bundled = nullptr;  // of the project; none without one
    std::string project;                      // its folder, to read what is installed; may be empty
    agent::knowledge known;
    boost::asio::any_io_executor pool;  // where that is read
};

// Adds nothing where there is nothing to ask.
void add_docs_tools(server::features& offered, docs_sources sources);

}  // namespace app
