#pragma once

// What an application of changes is about to do, on the disk before it begins, and the old contents
// of what it replaces: enough to bring all of the old back, whenever it is interrupted. A folder of
// its own in the state directory: journal.json, and the old contents in files named 0, 1, …
// Readable by the user alone. Blocking.

#include "agent/project/apply/writable_folder.hpp"

#include <optional>
#include <string>
#include <vector>

namespace agent {

enum class apply_state { applying, applied, undoing, undone };

struct apply_entry {
    std::string path;
    std::string old_sha256;  // empty: there was no file
    std::string new_sha256;  // empty: there shall be none
    unsigned mode = 0;       // of the old file; 0: there is none

    // Where contents wait beside the file before they change places with it.
    std::string temporary(std::string const& id, std::size_t index) const;
};

struct apply_plan {
    std::string project;  // absolute
    std::string id;       // hexadecimal; part of the temporary names
    apply_state state = apply_state::applying;
    std::vector<apply_entry> entries;
    std::vector<std::string> folders;  // made for them, outer first
};

class apply_journal {
public:
    // Made (0700) where it is not, with the folders above it. Held by a lock as long as this lives;
    // file_errc::limit: somebody else holds it.
    static file_result<apply_journal> open(std::string const& folder, bool make);

    bool has_plan() const;
    file_result<apply_plan> plan() const;

    // Durable when they return.
    file_result<void> keep_old(std::size_t index, std::string_view bytes);
    file_result<void> write(apply_plan const& plan);

    file_result<std::string> old(std::size_t index) const;

    void before_change(std::function<void(char const*)> hook)
    {
        folder_.before_change(std::move(hook));
    }

private:
    apply_journal(writable_folder folder, std::shared_ptr<owned_fd const> lock);

    writable_folder folder_;
    std::shared_ptr<owned_fd const> lock_;
};

}  // namespace agent
