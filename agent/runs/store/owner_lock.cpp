#include "agent/runs/store/owner_lock.hpp"

#include "agent/runs/store/run_store.hpp"

#include <boost/system/error_code.hpp>

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace agent {

namespace {

constexpr std::string_view suffix = ".lock";

std::string file_of(std::string_view owner)
{
    return std::string(owner).append(suffix);
}

[[noreturn]] void refuse(std::string const& directory, int error)
{
    boost::system::error_code const ec(error, boost::system::system_category());
    throw store_error(
        "no lock can be held in " + directory + " (" + ec.message() +
        "): see that it is a directory that this user can write");
}

int flocked(int fd, int how)
{
    int result = 0;
    while ((result = ::flock(fd, how)) != 0 && errno == EINTR) {
    }
    return result;
}

// Who looks for the dead may find the file before it is locked, and remove it: then once more.
int hold(int directory, std::string const& file)
{
    for (;;) {
        int const fd =
            ::openat(directory, file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            return -1;
        if (flocked(fd, LOCK_EX) != 0) {
            int const error = errno;
            ::close(fd);
            errno = error;
            return -1;
        }
        struct stat info {};
        if (::fstat(fd, &info) == 0 && info.st_nlink > 0)
            return fd;
        ::close(fd);
    }
}

}  // namespace

bool is_owner_id(std::string_view text)
{
    return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

owner_lock::owner_lock(std::string id) : id_(std::move(id)) {}

owner_lock::owner_lock(std::string id, std::string const& directory) : id_(std::move(id))
{
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        refuse(directory, errno);
    directory_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory_ < 0)
        refuse(directory, errno);
    lock_ = hold(directory_, file_of(id_));
    if (lock_ < 0) {
        int const error = errno;
        ::close(directory_);
        refuse(directory, error);
    }
}

owner_lock::~owner_lock()
{
    if (directory_ < 0)
        return;
    ::unlinkat(directory_, file_of(id_).c_str(), 0);
    ::close(lock_);
    ::close(directory_);
}

bool owner_lock::lives(std::string_view owner) const
{
    if (owner == id_)
        return true;
    if (!is_owner_id(owner))
        return false;
    if (directory_ < 0)
        return true;
    auto const file = file_of(owner);
    int const fd =
        ::openat(directory_, file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT && errno != ELOOP;
    // Shared, so that two who look at once do not take each other for the owner.
    bool const dead = flocked(fd, LOCK_SH | LOCK_NB) == 0;
    if (dead)
        ::unlinkat(directory_, file.c_str(), 0);
    ::close(fd);
    return !dead;
}

std::size_t owner_lock::remove_dead() const
{
    int const fd = directory_ < 0 ? -1 : ::openat(directory_, ".", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    std::unique_ptr<DIR, int (*)(DIR*)> const list(::fdopendir(fd), ::closedir);
    if (!list) {
        ::close(fd);
        return 0;
    }
    std::vector<std::string> owners;
    while (auto const* entry = ::readdir(list.get())) {
        std::string_view name(entry->d_name);
        if (name.size() == 32 + suffix.size() && name.ends_with(suffix))
            owners.emplace_back(name.substr(0, 32));
    }
    return static_cast<std::size_t>(
        std::count_if(owners.begin(), owners.end(), [&](std::string const& owner) {
            return is_owner_id(owner) && !lives(owner);
        }));
}

}  // namespace agent
