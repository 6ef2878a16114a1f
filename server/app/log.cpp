#include "server/app/log.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace app {
namespace {

// An open file description of our own, so that O_NONBLOCK does not leak to whoever shares stderr
// with us.
class stderr_writer {
public:
    stderr_writer()
        : own_(::open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY))
    {
    }
    stderr_writer(stderr_writer const&) = delete;
    stderr_writer& operator=(stderr_writer const&) = delete;
    ~stderr_writer()
    {
        if (own_ >= 0)
            ::close(own_);
    }

    void write(std::string const& line) const
    {
        // A socket, which is what Node gives its children, cannot be opened again, but need not
        // wait either.
        auto n = own_ >= 0 ? ::write(own_, line.data(), line.size())
                           : ::send(STDERR_FILENO, line.data(), line.size(), MSG_DONTWAIT);
        if (n < 0 && own_ < 0 && errno == ENOTSOCK)
            n = ::write(STDERR_FILENO, line.data(), line.size());
    }

private:
    int own_;
};

}  // namespace

mcp::logger log_to_stderr(mcp::LoggingLevel threshold, mcp::redactor const& redact)
{
    mcp::logger out;
    out.threshold = threshold;
    out.sink = [&redact, to = std::make_shared<stderr_writer>()](
                   mcp::LoggingLevel level, std::string_view text) {
        to->write(
            std::string(boost::describe::enum_to_string(level, "")) + ": " +
            redact(mcp::sanitize_line(text)) + "\n");
    };
    return out;
}

}  // namespace app
