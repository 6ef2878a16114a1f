#pragma once

// The project's own `next` and `tsc`, and a node to run them with, found without a shell and
// without npx: nothing is downloaded. Blocking.

#include "agent/project/project_root.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agent {

struct node_tools {
    std::string node;  // absolute
    std::string next;  // next/dist/bin/next; empty: not installed
    std::string tsc;   // typescript/lib/tsc.js
    std::string next_version;
    std::string typescript_version;
    std::string stamp;  // changes with what is installed

    // Since 15.5.
    bool has_typegen() const;
};

// What is taken of the environment of this program.
struct tool_environment {
    std::string path;  // PATH
    std::string home;  // HOME
    std::string
        node;  // --node or $NEXTJS_BACKEND_ENGINEER_NODE or $NODE: a program; empty: looked for
};

// The error is a sentence that says what to install.
file_result<node_tools>
find_node_tools(project_root const& project, tool_environment const& environment);

// The child's: PATH with node's own folder first, HOME, a language, and what keeps Next.js from
// asking, reporting and editing. No key, and nothing that tells of an agent (hosts-and-domain 1.4).
std::vector<std::string>
tool_variables(node_tools const& tools, tool_environment const& environment);

}  // namespace agent
