#include "agent/project/apply/writable_folder.hpp"

#include "agent/project/owned_fd.hpp"
#include "agent/project/project_root.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <vector>

namespace agent {

namespace {

using error = boost::system::error_code;

error last_error()
{
    return {errno, boost::system::system_category()};
}

error outcome(int result)
{
    return result == 0 ? error() : last_error();
}

// close() keeps nobody's errno.
class kept_fd {
public:
    explicit kept_fd(int fd) : fd_(fd) {}
    kept_fd(kept_fd const&) = delete;
    kept_fd& operator=(kept_fd const&) = delete;
    ~kept_fd()
    {
        int const kept = errno;
        if (fd_ >= 0)
            ::close(fd_);
        errno = kept;
    }
    int get() const { return fd_; }

private:
    int fd_;
};

int open_folder(int at, char const* name)
{
    return ::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

bool write_all(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

int empty_folder(int folder, int depth)
{
    if (depth > 200) {
        errno = ELOOP;
        return -1;
    }
    std::unique_ptr<DIR, int (*)(DIR*)> const list(
        ::fdopendir(::fcntl(folder, F_DUPFD_CLOEXEC, 0)), ::closedir);
    if (!list)
        return -1;
    std::vector<std::string> names;
    while (auto const* item = ::readdir(list.get())) {
        std::string_view const name = item->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    for (auto const& name : names) {
        if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT)
            continue;
        if (errno != EISDIR && errno != EPERM)
            return -1;
        kept_fd const below(open_folder(folder, name.c_str()));
        if (below.get() < 0 || empty_folder(below.get(), depth + 1) != 0 ||
            (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT))
            return -1;
    }
    return 0;
}

}  // namespace

std::string folder_of(std::string const& path)
{
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// The folder that a name is in, and the last part of the name. `fd` is -1 with errno set.
struct writable_folder::parent {
    kept_fd fd;
    std::string name;
};

writable_folder::parent writable_folder::above(std::string const& path) const
{
    int at = ::openat(folder_->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::size_t begin = 0;
    for (auto slash = path.find('/'); at >= 0 && slash != std::string::npos;
         begin = slash + 1, slash = path.find('/', begin)) {
        kept_fd const here(at);
        at = open_folder(at, path.substr(begin, slash - begin).c_str());
    }
    return {kept_fd(at), path.substr(begin)};
}

file_result<writable_folder> writable_folder::open(std::string const& folder)
{
    int const fd = open_folder(AT_FDCWD, folder.c_str());
    if (fd < 0)
        return file_error(
            file_errc::failed, folder + " cannot be opened: " + last_error().message() + ".");
    return writable_folder(std::make_shared<owned_fd const>(fd));
}

file_result<writable_folder> writable_folder::open(project_root const& project)
{
    auto out = open(project.path());
    if (out && !project.same_folder(out->folder_->get()))
        return file_error(
            file_errc::outside,
            "The project folder was replaced by another since it was opened; start again with what "
            "is there now.");
    return out;
}

std::string writable_folder::descriptor_path() const
{
    return "/proc/self/fd/" + std::to_string(folder_->get()) + "/.";
}

file_result<writable_folder> writable_folder::make_below(std::string const& path, unsigned mode)
{
    if (auto const failure = make_folder(path, mode); failure && failure.value() != EEXIST)
        return file_error(file_errc::failed, path + " cannot be made: " + failure.message() + ".");
    auto const in = above(path);
    int const fd = in.fd.get() < 0 ? -1 : open_folder(in.fd.get(), in.name.c_str());
    if (fd < 0)
        return file_error(
            file_errc::failed, path + " is a link or not a folder, and is not followed.");
    writable_folder out(std::make_shared<owned_fd const>(fd));
    out.hook_ = hook_;
    return out;
}

error writable_folder::status(std::string const& path, entry_status& out) const
{
    out = {};
    auto const in = above(path);
    struct stat info {};
    if (in.fd.get() < 0 || ::fstatat(in.fd.get(), in.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? error() : last_error();
    out.mode = info.st_mode & 0777U;
    out.size = static_cast<std::uint64_t>(info.st_size);
    if (S_ISREG(info.st_mode)) {
        out.kind = entry_kind::file;
        out.read_only = ::faccessat(in.fd.get(), in.name.c_str(), W_OK, AT_EACCESS) != 0;
    } else if (S_ISDIR(info.st_mode)) {
        out.kind = entry_kind::folder;
    } else {
        out.kind = S_ISLNK(info.st_mode) ? entry_kind::link : entry_kind::other;
    }
    return {};
}

error writable_folder::read(std::string const& path, std::size_t limit, std::string& out) const
{
    auto const in = above(path);
    if (in.fd.get() < 0)
        return last_error();
    kept_fd const file(::openat(
        in.fd.get(), in.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0)
        return last_error();
    if (!S_ISREG(info.st_mode))
        return {EINVAL, boost::system::system_category()};
    out.clear();
    std::array<char, 1 << 14> chunk{};
    for (;;) {
        auto const n = ::read(file.get(), chunk.data(), chunk.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 ? error() : last_error();
        out.append(chunk.data(), static_cast<std::size_t>(n));
        if (out.size() > limit)
            return {EFBIG, boost::system::system_category()};
    }
}

error writable_folder::create(
    std::string const& path, std::string_view bytes, unsigned mode, bool durable)
{
    changing("create");
    auto const in = above(path);
    if (in.fd.get() < 0)
        return last_error();
    kept_fd const file(::openat(
        in.fd.get(),
        in.name.c_str(),
        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
        mode == 0 ? 0666U : mode & 0777U));
    if (file.get() < 0)
        return last_error();
    // Between the creation of a file and its contents is a step of its own.
    changing("write");
    // What the umask took is given back.
    if (!write_all(file.get(), bytes) || (mode != 0 && ::fchmod(file.get(), mode & 0777U) != 0))
        return last_error();
    if (durable && ::fsync(file.get()) != 0)
        return last_error();
    return {};
}

error writable_folder::make_folder(std::string const& path, unsigned mode)
{
    changing("make folder");
    auto const in = above(path);
    if (in.fd.get() < 0)
        return last_error();
    return outcome(::mkdirat(in.fd.get(), in.name.c_str(), mode));
}

error writable_folder::make_folders_above(std::string const& path)
{
    entry_status found;
    auto const folder = folder_of(path);
    if (folder.empty())
        return {};
    if (auto const failure = status(folder, found))
        return failure;
    if (found.kind == entry_kind::folder)
        return {};
    if (auto const failure = make_folders_above(folder))
        return failure;
    auto const failure = make_folder(folder);
    return failure.value() == EEXIST ? error() : failure;
}

error writable_folder::move(std::string const& from, std::string const& to)
{
    changing("move");
    auto const a = above(from);
    auto const b = above(to);
    if (a.fd.get() < 0 || b.fd.get() < 0)
        return last_error();
    if (::renameat2(a.fd.get(), a.name.c_str(), b.fd.get(), b.name.c_str(), RENAME_NOREPLACE) == 0)
        return {};
    if (errno != EINVAL && errno != ENOSYS)
        return last_error();
    if (::linkat(a.fd.get(), a.name.c_str(), b.fd.get(), b.name.c_str(), 0) != 0)
        return last_error();
    return outcome(::unlinkat(a.fd.get(), a.name.c_str(), 0));
}

error writable_folder::replace(std::string const& from, std::string const& to)
{
    changing("replace");
    auto const a = above(from);
    auto const b = above(to);
    if (a.fd.get() < 0 || b.fd.get() < 0)
        return last_error();
    return outcome(::renameat(a.fd.get(), a.name.c_str(), b.fd.get(), b.name.c_str()));
}

error writable_folder::exchange(std::string const& a, std::string const& b)
{
    changing("exchange");
    auto const first = above(a);
    auto const second = above(b);
    if (first.fd.get() < 0 || second.fd.get() < 0)
        return last_error();
    return outcome(::renameat2(
        first.fd.get(), first.name.c_str(), second.fd.get(), second.name.c_str(), RENAME_EXCHANGE));
}

error writable_folder::remove(std::string const& path)
{
    changing("remove");
    auto const in = above(path);
    if (in.fd.get() < 0)
        return last_error();
    return outcome(::unlinkat(in.fd.get(), in.name.c_str(), 0));
}

error writable_folder::remove_empty(std::string const& folder)
{
    changing("remove folder");
    auto const in = above(folder);
    if (in.fd.get() < 0)
        return last_error();
    return outcome(::unlinkat(in.fd.get(), in.name.c_str(), AT_REMOVEDIR));
}

error writable_folder::remove_tree(std::string const& path)
{
    changing("remove tree");
    auto const in = above(path);
    if (in.fd.get() < 0)
        return errno == ENOENT ? error() : last_error();
    if (::unlinkat(in.fd.get(), in.name.c_str(), 0) == 0 || errno == ENOENT)
        return {};
    kept_fd const below(open_folder(in.fd.get(), in.name.c_str()));
    if (below.get() < 0)
        return last_error();
    if (empty_folder(below.get(), 0) != 0)
        return last_error();
    return outcome(::unlinkat(in.fd.get(), in.name.c_str(), AT_REMOVEDIR));
}

error writable_folder::sync(std::string const& folder)
{
    auto const in = above(folder.empty() ? "." : folder + "/.");
    if (in.fd.get() < 0)
        return last_error();
    return outcome(::fsync(in.fd.get()));
}

}  // namespace agent
