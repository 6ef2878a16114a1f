#pragma once

// The other half of project_root: the only place that changes files below a folder by a name that
// came from a peer. A name is walked part by part, each opened beneath the one before it and none
// through a symbolic link, so nothing outside of the folder is ever touched. Blocking; copies share
// the folder.
//
// Paths are normalized (paths.hpp), never empty unless it is said. Errors are the operating
// system's; ELOOP or ENOTDIR where a link or a file is in the way.

#include "agent/project/paths.hpp"

#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace agent {

class owned_fd;
class project_root;

enum class entry_kind { absent, file, folder, link, other };

struct entry_status {
    entry_kind kind = entry_kind::absent;
    unsigned mode = 0;  // permissions alone
    std::uint64_t size = 0;
    bool read_only = false;  // a file that this user must not write
};

class writable_folder {
public:
    using error = boost::system::error_code;

    // An absolute folder. Links in its name are followed but for the last part of it.
    static file_result<writable_folder> open(std::string const& folder);

    // The folder of a project, if its name still leads to it.
    static file_result<writable_folder> open(project_root const& project);

    // Called before each change of the disk, with its name; for tests that count or kill.
    void before_change(std::function<void(char const*)> hook) { hook_ = std::move(hook); }

    // What the folder may be opened by as long as this lives.
    std::string descriptor_path() const;

    // One below it, made where it is not.
    file_result<writable_folder> make_below(std::string const& path, unsigned mode);

    // absent where a folder on the way is missing.
    error status(std::string const& path, entry_status& out) const;

    // Of a regular file of at most `limit` bytes; larger ones are EFBIG.
    error read(std::string const& path, std::size_t limit, std::string& out) const;

    // A file that is not there yet. `mode` 0: what the umask leaves of 0666. `durable`: on the disk
    // before this returns.
    error create(std::string const& path, std::string_view bytes, unsigned mode, bool durable);

    // A folder that is not there yet, in one that is.
    error make_folder(std::string const& path, unsigned mode = 0777);

    // Those above `path` that are missing.
    error make_folders_above(std::string const& path);

    // Never replaces what is there: EEXIST.
    error move(std::string const& from, std::string const& to);
    error replace(std::string const& from, std::string const& to);
    // EINVAL or ENOSYS on file systems that cannot.
    error exchange(std::string const& a, std::string const& b);

    error remove(std::string const& path);
    error remove_empty(std::string const& folder);
    // With all that is in it, no link followed; what is gone already is no error.
    error remove_tree(std::string const& path);

    // What was moved and removed in a folder (empty: this one) is on the disk once this returns.
    error sync(std::string const& folder);

private:
    explicit writable_folder(std::shared_ptr<owned_fd const> folder) : folder_(std::move(folder)) {}
    struct parent;
    parent above(std::string const& path) const;
    void changing(char const* what) const
    {
        if (hook_)
            hook_(what);
    }

    std::shared_ptr<owned_fd const> folder_;
    std::function<void(char const*)> hook_;
};

// "app" of "app/route.ts"; empty for "route.ts".
std::string folder_of(std::string const& path);

}  // namespace agent
