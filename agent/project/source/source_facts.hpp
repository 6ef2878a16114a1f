#pragma once

// What one source file says about a project, by its tokens alone. Pure.

#include "agent/project/fingerprint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct source_facts {
    std::vector<std::string> methods;      // HTTP methods it exports, in route_handler's order
    std::vector<std::string> environment;  // X of process.env.X and process.env["X"]
    bool server_actions = false;           // 'use server' as a directive, of the file or a function
};

source_facts read_source(std::string_view source);

struct config_facts {
    std::vector<config_flag> flags;  // of the known names, and all of experimental
    bool partial = false;            // it spreads or computes: an absent flag may still be set
};

// next.config.* as far as it is a plain object.
config_facts read_next_config(std::string_view source);

}  // namespace agent
