#include "server/transports/socket/activation.hpp"

#include <algorithm>
#include <charconv>

namespace server {
namespace {

constexpr int first_fd = 3;  // SD_LISTEN_FDS_START
constexpr long most = 64;

long number(std::optional<std::string> const& text)
{
    long out = 0;
    if (!text)
        return 0;
    auto const [end, ec] = std::from_chars(text->data(), text->data() + text->size(), out);
    return ec == std::errc() && end == text->data() + text->size() ? out : 0;
}

}  // namespace

std::vector<inherited_address> activated_sockets(
    std::function<std::optional<std::string>(char const*)> const& environment, pid_t self)
{
    std::vector<inherited_address> out;
    if (number(environment("LISTEN_PID")) != self)
        return out;
    auto const count = std::clamp(number(environment("LISTEN_FDS")), 0L, most);
    auto names = environment("LISTEN_FDNAMES").value_or("");
    for (int i = 0; i < count; ++i) {
        auto const name = names.substr(0, names.find(':'));
        names.erase(0, name.size() + 1);
        out.push_back({first_fd + i, name == "http"});
    }
    return out;
}

}  // namespace server
