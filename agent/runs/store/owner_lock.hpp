#pragma once

// Who lives. A process that journals holds DIRECTORY/ID.lock under an exclusive flock(2), which the
// kernel frees when the process ends, however it ends; who wants to know tries for a shared one.
// No process ids: they are used again, and differ between containers that share a directory.

#include <cstddef>
#include <string>
#include <string_view>

namespace agent {

// 32 hexadecimal digits. Owners are read from a database and become names of files.
bool is_owner_id(std::string_view text);

class owner_lock {
public:
    // In memory, or where no lock could be had: whether others live cannot be told.
    explicit owner_lock(std::string id);
    // `directory` is made (0700) where it is not. Throws store_error.
    owner_lock(std::string id, std::string const& directory);
    owner_lock(owner_lock const&) = delete;
    owner_lock& operator=(owner_lock const&) = delete;
    ~owner_lock();

    std::string const& id() const { return id_; }

    // Of one that cannot be told (no descriptor left), true: better a run that waits than a run
    // that is worked on twice. The file of a dead one is removed.
    bool lives(std::string_view owner) const;

    // Removes the files of all who are dead. Returns how many.
    std::size_t remove_dead() const;

private:
    std::string id_;
    int directory_ = -1;
    int lock_ = -1;
};

}  // namespace agent
