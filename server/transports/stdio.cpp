#include "server/transports/stdio.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace server {
namespace {

using boost::asio::posix::stream_descriptor;

int or_throw(int fd, char const* what)
{
    if (fd < 0)
        throw boost::system::system_error(errno, boost::system::system_category(), what);
    return fd;
}

int nowhere(int mode)
{
    return or_throw(::open("/dev/null", mode | O_CLOEXEC), "/dev/null");
}

// A descriptor of our own for what `fd` is. Asio makes it non-blocking, and that flag belongs to
// the open file, which a shell or a sibling may share: so pipes and terminals are opened anew.
int own(int fd, int mode)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        return nowhere(mode);
    if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) {
        auto const path = "/proc/self/fd/" + std::to_string(fd);
        if (int const out = ::open(path.c_str(), mode | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
            out >= 0)
            return out;
    }
    return or_throw(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "standard input or output");
}

void replace(int fd, int by)
{
    or_throw(::dup2(by, fd), "dup2");
}

}  // namespace

std::unique_ptr<mcp::transport>
stdio_transport(boost::asio::any_io_executor ex, mcp::stream_limits limits)
{
    stream_descriptor in(ex, own(STDIN_FILENO, O_RDONLY));
    stream_descriptor out(ex, own(STDOUT_FILENO, O_WRONLY));

    stream_descriptor null(ex, nowhere(O_RDWR));
    struct stat info {};
    bool const has_stderr = ::fstat(STDERR_FILENO, &info) == 0;
    replace(STDIN_FILENO, null.native_handle());
    replace(STDOUT_FILENO, has_stderr ? STDERR_FILENO : null.native_handle());
    return std::make_unique<mcp::stream_transport<stream_descriptor>>(
        std::move(in), std::move(out), limits);
}

}  // namespace server
