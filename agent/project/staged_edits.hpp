#pragma once

// What the model has written in a run, in memory, over the project it works on: nothing reaches the
// disk here. Tools read and write through it; the run journals and delivers changes().
// Safe to use from several threads; changing calls come one at a time (tool::read_only). Blocking.

#include "agent/project/project_root.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

enum class change_kind { created, modified, deleted };

struct file_change {
    std::string path;
    change_kind kind = change_kind::created;
    std::string text;         // empty for deleted
    std::string base_sha256;  // hex, of the bytes it replaces or deletes; empty for created
};

struct staging_limits {
    std::size_t files = 200;
    std::size_t bytes = 8 << 20;
    std::size_t file_bytes = max_file_bytes;
};

// What an edit did: how many places, and the line of the first.
struct edit_report {
    std::size_t replaced = 0;
    std::size_t line = 0;
};

class staged_edits {
public:
    explicit staged_edits(project_root project, staging_limits limits = staging_limits());

    project_root const& project() const { return project_; }

    // As the project would be with the changes.
    file_result<std::string> read(std::string_view name) const;
    file_result<walk_result> walk(walk_options const& options = {}) const;

    // The whole file. Writing what is there already is no change.
    file_result<change_kind> write(std::string_view name, std::string text);

    // Replaces `old_text`, which must occur exactly once (or at least once with `everywhere`). A
    // file with CRLF line ends keeps them. A failure names the nearest lines and quotes them.
    file_result<edit_report> edit(
        std::string_view name,
        std::string_view old_text,
        std::string_view new_text,
        bool everywhere = false);

    file_result<void> remove(std::string_view name);

    // In path order.
    std::vector<file_change> changes() const;

    // What is staged for a path, if anything.
    std::optional<file_change> at(std::string_view name) const;

    // Takes over what at() said earlier, when a run is continued; the same names are refused.
    file_result<void> restore(std::string_view name, std::optional<file_change> change);

private:
    using staged = std::shared_ptr<file_change const>;

    staged find(std::string const& path) const;
    file_result<std::string> writable(std::string_view name) const;
    file_result<void> store(file_change change);

    project_root project_;
    staging_limits limits_;
    mutable std::mutex
        mutex_;  // guards staged_, for moments only: never held over a file operation
    std::map<std::string, staged> staged_;
};

}  // namespace agent
