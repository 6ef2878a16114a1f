#include "agent/project/project_root.hpp"

#include "agent/project/owned_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace agent {

namespace {

// O_NONBLOCK: opening a pipe or a device must not wait for its other end. openat2 refuses flags
// that O_PATH makes meaningless.
int complete(int flags)
{
    return flags | O_CLOEXEC | ((flags & O_PATH) != 0 ? 0 : O_NOCTTY | O_NONBLOCK);
}

int open_by_kernel(int folder, std::string const& path, int flags)
{
    open_how how{};
    how.flags = static_cast<std::uint64_t>(complete(flags));
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    for (int attempt = 0;; ++attempt) {
        long const fd = ::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how);
        // EAGAIN: something was renamed meanwhile, and the kernel cannot vouch for the result.
        if (fd >= 0 || attempt == 16 || (errno != EAGAIN && errno != EINTR))
            return static_cast<int>(fd);
    }
}

int open_by_components(int folder, std::string const& path, int flags)
{
    int at = ::openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (std::size_t begin = 0; at >= 0;) {
        auto const slash = path.find('/', begin);
        bool const last = slash == std::string::npos;
        auto const name = path.substr(begin, last ? std::string::npos : slash - begin);
        int const how = last ? complete(flags) : (O_PATH | O_DIRECTORY | O_CLOEXEC);
        int const next = ::openat(at, name.c_str(), how | O_NOFOLLOW);
        int const error = errno;
        ::close(at);
        errno = error;
        at = next;
        if (last)
            break;
        begin = slash + 1;
    }
    return at;
}

// The name that the kernel knows an open file by; a link inside the project may have led to it.
std::string real_name(int fd)
{
    std::string name(PATH_MAX, '\0');
    auto const link = "/proc/self/fd/" + std::to_string(fd);
    auto const size = ::readlink(link.c_str(), name.data(), name.size());
    name.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return name;
}

}  // namespace

file_error open_failure(std::string const& path, int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return {file_errc::not_found, path + " does not exist in the project."};
    case EXDEV:
    case ELOOP:
        return {
            file_errc::outside,
            path + " is or leads through a link out of the project; such links are not followed."};
    case ENXIO:
        return {file_errc::not_regular, path + " is not a regular file."};
    default:
        return {
            file_errc::failed,
            path + " cannot be opened: " + std::generic_category().message(error) + "."};
    }
}

file_error access_refused(std::string const& path, std::string const& why)
{
    return {file_errc::denied, path + " is not open to this tool: " + why + "."};
}

project_root::project_root(std::shared_ptr<owned_fd const> folder, std::string path)
    : folder_(std::move(folder)), path_(std::move(path))
{
}

file_result<project_root> project_root::open(std::string const& folder)
{
    if (folder.empty() || folder.front() != '/' || folder.find('\0') != std::string::npos)
        return file_error(
            file_errc::bad_name,
            "The project folder must be an absolute path, such as /home/me/my-app.");
    int const fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int const error = errno;
        if (error == ENOENT || error == ENOTDIR)
            return file_error(
                file_errc::not_found, "The project folder does not exist or is not a folder.");
        return open_failure("The project folder", error);
    }
    auto owner = std::make_shared<owned_fd const>(fd);
    auto name = real_name(fd);
    return project_root(std::move(owner), name.empty() ? folder : name);
}

file_result<project_root> project_root::empty()
{
    std::string name = "/tmp/nextjs-backend-engineer-XXXXXX";
    if (!::mkdtemp(name.data()))
        return open_failure("A temporary folder", errno);
    auto out = open(name);
    ::rmdir(name.c_str());
    return out;
}

bool project_root::same_folder(int descriptor) const
{
    struct stat ours {};
    struct stat other {};
    return ::fstat(folder_->get(), &ours) == 0 && ::fstat(descriptor, &other) == 0 &&
           ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

bool project_root::same_folder(project_root const& other) const
{
    return same_folder(other.folder_->get());
}

file_result<std::shared_ptr<owned_fd const>>
project_root::open_beneath(std::string const& path, int flags) const
{
    std::string const name = path.empty() ? "." : path;
    int fd = -1;
    if (opener_ == opener::kernel) {
        fd = open_by_kernel(folder_->get(), name, flags);
        if (fd < 0 && (errno == ENOSYS || errno == EPERM))
            fd = open_by_components(folder_->get(), name, flags);
    } else {
        fd = open_by_components(folder_->get(), name, flags);
    }
    if (fd < 0)
        return open_failure(path.empty() ? "The project folder" : path, errno);
    auto owner = std::make_shared<owned_fd const>(fd);
    // A link inside the project may have led from an open name to a closed one.
    auto const real = real_name(fd);
    std::string const prefix = path_ == "/" ? path_ : path_ + "/";
    if (real.starts_with(prefix)) {
        auto const why = denied(std::string_view(real).substr(prefix.size()), access::read);
        if (!why.empty() && denied(path, access::read).empty())
            return access_refused(path, "it is a link, and where it leads: " + why);
    }
    return owner;
}

file_result<std::string> project_root::read(std::string_view name) const
{
    auto const path = normalize(name);
    if (!path)
        return path.error();
    auto const why = denied(*path, access::read);
    if (!why.empty())
        return access_refused(*path, why);
    auto const file = open_beneath(*path, O_RDONLY);
    if (!file)
        return file.error();
    int const fd = (*file)->get();
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return file_error(
            file_errc::not_regular,
            *path + (S_ISDIR(status.st_mode) ? " is a folder; list it instead."
                                             : " is not a regular file."));
    auto const too_large = [&] {
        return file_error(
            file_errc::too_large,
            *path + " is larger than 1 MiB; search it for the part you need, or work without it.");
    };
    if (status.st_size > static_cast<off_t>(max_file_bytes))
        return too_large();
    // One byte more than allowed tells a file that grows while it is read.
    std::string text(
        std::min(static_cast<std::size_t>(status.st_size) + 1, max_file_bytes + 1), '\0');
    std::size_t size = 0;
    for (;;) {
        auto const got = ::read(fd, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return open_failure(*path, errno);
        size += static_cast<std::size_t>(got);
        if (got == 0)
            break;
        if (size > max_file_bytes)
            return too_large();
        if (size == text.size())
            text.resize(std::min(2 * text.size(), max_file_bytes + 1));
    }
    text.resize(size);
    if (text.find('\0') != std::string::npos)
        return file_error(file_errc::binary, *path + " is a binary file; only text can be read.");
    return text;
}

file_result<directory_entry> project_root::status(std::string_view name) const
{
    auto const path = normalize(name);
    if (!path)
        return path.error();
    auto const why = denied(*path, access::read);
    if (!why.empty())
        return access_refused(*path, why);
    auto const file = open_beneath(*path, O_PATH);
    if (!file)
        return file.error();
    struct stat status {};
    if (::fstat((*file)->get(), &status) != 0)
        return open_failure(*path, errno);
    directory_entry entry;
    entry.path = *path;
    entry.directory = S_ISDIR(status.st_mode);
    if (!entry.directory && !S_ISREG(status.st_mode))
        return file_error(file_errc::not_regular, *path + " is not a regular file.");
    entry.size = static_cast<std::uint64_t>(status.st_size);
    return entry;
}

}  // namespace agent
