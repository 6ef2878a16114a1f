#include "protocol/random.hpp"

#include "protocol/sha256.hpp"

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <sys/random.h>

namespace mcp {

std::string random_bytes(std::size_t count)
{
    std::string out(count, '\0');
    for (std::size_t got = 0; got < count;) {
        auto const n = ::getrandom(out.data() + got, count - got, 0);
        if (n > 0)
            got += static_cast<std::size_t>(n);
        else if (errno != EINTR)
            throw boost::system::system_error(errno, boost::system::system_category(), "getrandom");
    }
    return out;
}

std::string random_hex(std::size_t bytes)
{
    return hex(random_bytes(bytes));
}

}  // namespace mcp
