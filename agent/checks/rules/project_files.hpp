#pragma once

// The files of a project around those that are checked: what imports lead to, and whether a file is
// there. Every file is asked for once.

#include "agent/checks/rules/rules.hpp"
#include "agent/checks/rules/syntax/syntax_tree.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent::checks {

// What a module asks for when it is loaded; types have gone by then.
struct module_import {
    std::string specifier;
    std::string file;    // of the project; empty: a package
    span where;          // of the specifier
    bool whole = false;  // import "x", export … from "x": no name tells whether it is used
    std::vector<std::string> names;  // otherwise, the local ones
};

// What is known of a file for the sake of others.
struct module_facts {
    std::string_view text;
    std::vector<module_import> imports;
    bool use_client = false;
    bool use_server = false;
};

class project_files {
public:
    project_files(
        std::span<checked_file const> checked,
        project_facts const& facts,
        source_reader const& reader);

    bool exists(std::string const& path);

    // Whether files beyond those that are checked can be asked for.
    bool can_look() const { return static_cast<bool>(reader_); }

    // "@/lib/db" from "app/page.tsx" → "lib/db.ts". Empty: not a file of the project.
    std::string resolve(std::string_view specifier, std::string_view from);

    // Null if there is no such file. By its words alone, without a syntax tree.
    module_facts const* module(std::string const& path);

    // What walks through imports have learned, for the next ones: files that lead to nothing of the
    // server, and imports of types alone.
    struct learned {
        std::set<std::string, std::less<>> harmless;
        std::set<std::pair<std::string, std::string>> types_alone;  // file, specifier
    };
    learned& memory() { return memory_; }

    // Whether the file uses one of the names that it imports as a value: an import of types alone
    // is gone when it runs.
    bool uses(std::string const& path, module_import const& import);

private:
    std::optional<std::string_view> text(std::string const& path);
    std::string with_extension(std::string const& path);
    void read_imports(module_facts& out, std::string const& path);

    std::map<std::string_view, std::string_view> checked_;
    project_facts const& facts_;
    source_reader const& reader_;
    std::map<std::string, std::optional<std::string>> read_;
    std::map<std::string, std::string> resolved_;
    std::map<std::string, std::unique_ptr<module_facts>> modules_;
    std::map<std::string, std::set<std::string, std::less<>>> values_;  // identifiers of a file
    std::unique_ptr<parser> parser_;
    learned memory_;
};

}  // namespace agent::checks
