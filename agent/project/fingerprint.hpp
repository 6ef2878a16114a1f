#pragma once

// What a project is, as far as its files say so without running anything: versions, router, flags,
// routes, libraries. Read once for a run; it goes into the prompt, chooses the documentation and
// the checks. Values of environment variables are never read. hosts-and-domain 1.1, 4 row 6.

#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/project/project_root.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct dependency {
    std::string name;
    std::string range;      // as package.json declares it
    std::string installed;  // the version in node_modules; empty if it is not there
    bool development = false;
};

struct config_flag {
    std::string name;   // "cacheComponents", "experimental.authInterrupts"
    std::string value;  // as written, if it is a plain literal; else "present"
};

struct route_handler {
    std::string file;   // "app/api/notes/[id]/route.ts"
    std::string route;  // "/api/notes/[id]"
    std::vector<std::string>
        methods;  // as exported, in the order GET HEAD POST PUT PATCH DELETE OPTIONS
};

struct path_alias {
    std::string pattern;               // "@/*"
    std::vector<std::string> targets;  // "./*"
};

struct fingerprint {
    bool package_json = false;  // there is one, and it could be read
    bool next_project = false;  // and it depends on next
    std::string name;

    std::string package_manager;  // npm, pnpm, yarn, bun; empty if nothing tells
    std::string lock_file;        // normalized, or a file name in a folder above the project
    std::string workspace;        // where it begins: "../.."; empty: the project is in none

    std::vector<dependency> dependencies;  // in name order
    std::string next_version;              // installed; else what the range pins, if it pins one
    std::string bundled_docs;  // absolute folder of next's own docs (next >= 16.2), or empty

    std::string next_config;  // the file
    std::vector<config_flag> config;
    std::optional<bool> cache_components;  // empty: cannot be told

    std::string app_dir;    // "app", "src/app" or empty
    std::string pages_dir;  // "pages", "src/pages" or empty
    std::vector<route_handler> route_handlers;
    std::vector<std::string> pages;           // routes of page files
    std::vector<std::string> server_actions;  // files that say 'use server'
    std::string proxy;                        // proxy.ts
    std::string middleware;                   // middleware.ts
    std::string instrumentation;

    bool typescript = false;
    std::optional<bool> strict;
    std::vector<path_alias> aliases;  // tsconfig paths
    std::string typescript_version;

    std::vector<std::string> environment;  // names only, sorted

    // What packages are for, by library_kind: "orm", "auth" → packages. Frameworks are left out.
    std::map<std::string, std::vector<std::string>> libraries;
    std::vector<std::string> schema_files;

    std::vector<std::string> notes;  // what could not be read or understood, a sentence each

    dependency const* find(std::string_view package) const;

    // Major and minor of next_version: {16, 4}. Empty if the version is unknown.
    std::optional<std::pair<int, int>> next_release() const;
};

// Blocking, bounded (10,000 entries, 600 files read), and without failure: what is wrong with the
// project is in `notes`.
fingerprint read_fingerprint(project_root const& project, knowledge const& known);

// As if next.config.* held this text.
void set_next_config(fingerprint& project, std::string file, std::string_view text);

// Deterministic Markdown under about 1,500 tokens: long lists are cut, and say so.
std::string render(fingerprint const& project);

}  // namespace agent
