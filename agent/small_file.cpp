#include "agent/small_file.hpp"

#include <boost/system/error_code.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {

using boost::system::result;
using content = result<std::string, std::string>;

namespace {

content no_content(std::string what)
{
    return content(boost::system::in_place_error, std::move(what));
}

std::string reason()
{
    return boost::system::error_code(errno, boost::system::system_category()).message();
}

struct descriptor {
    int fd;
    ~descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

}  // namespace

content read_small_file(std::string const& path, std::size_t largest, unsigned* mode)
{
    descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
    if (file.fd < 0)
        return no_content("cannot be opened: " + reason());
    struct stat info {};
    if (::fstat(file.fd, &info) != 0)
        return no_content("cannot be read: " + reason());
    if (!S_ISREG(info.st_mode))
        return no_content("is not a regular file");
    if (mode)
        *mode = info.st_mode;
    std::string text(largest + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        auto const n = ::read(file.fd, text.data() + size, text.size() - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return no_content("cannot be read: " + reason());
        if (n == 0)
            break;
        size += std::size_t(n);
    }
    if (size > largest)
        return no_content("is larger than " + std::to_string(largest >> 10) + " KiB");
    text.resize(size);
    return content(boost::system::in_place_value, std::move(text));
}

}  // namespace agent
