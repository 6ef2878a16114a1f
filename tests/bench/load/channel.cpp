#include "tests/bench/load/channel.hpp"

#include "tests/bench/load/http_response.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

template <class Address>
int connected(int family, Address const& to)
{
    int const fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (::connect(fd, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0) {
        ::close(fd);
        return -1;
    }
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

}  // namespace

int dial(endpoint const& to)
{
    if (to.kind == wire::unix_socket) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        to.path.copy(address.sun_path, sizeof address.sun_path - 1);
        return connected(AF_UNIX, address);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(to.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int const fd = connected(AF_INET, address);
    int const one = 1;
    if (fd >= 0)
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

channel::channel(endpoint const& to) : at_(to), from_(dial(to)), to_(from_), owned_(true)
{
    if (from_ < 0)
        throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
}

channel::~channel()
{
    if (owned_)
        ::close(from_);
}

void channel::redial()
{
    ::close(from_);
    from_ = to_ = dial(at_);
    if (from_ < 0)
        throw std::runtime_error(std::string("cannot connect again: ") + std::strerror(errno));
    closed_ = false;
    out_.clear();
    sent_ = 0;
    discard();
}

std::string channel::head(std::size_t size, std::string_view method) const
{
    std::string out = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(at_.port) +
                      "\r\nContent-Type: application/json\r\n"
                      "Accept: application/json, text/event-stream\r\n";
    if (modern) {
        out.append("MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: ").append(method) += "\r\n";
        if (method == "tools/call")
            out += "Mcp-Name: echo\r\n";
        else if (method == "held")
            out.replace(out.rfind("held"), 4, "tools/call") += "Mcp-Name: slow\r\n";
    } else if (method != "initialize") {
        out += "MCP-Protocol-Version: 2025-11-25\r\n";
        if (!session_.empty())
            out += "Mcp-Session-Id: " + session_ + "\r\n";
    }
    return out + "Content-Length: " + std::to_string(size) + "\r\n\r\n";
}

void channel::send(std::string_view message, std::string_view method)
{
    if (is_http() && (head_size_ != message.size() || head_method_ != method)) {
        head_ = head(message.size(), method);
        head_size_ = message.size();
        head_method_ = method;
    }
    out_ += head_;
    out_ += message;
    if (!is_http())
        out_ += '\n';
}

void channel::flush()
{
    while (sent_ < out_.size()) {
        auto const n = ::write(to_, out_.data() + sent_, out_.size() - sent_);
        if (n < 0) {
            closed_ = closed_ || (errno != EAGAIN && errno != EINTR);
            return;
        }
        sent_ += static_cast<std::size_t>(n);
    }
    out_.clear();
    sent_ = 0;
}

void channel::fill(std::size_t limit)
{
    in_.erase(0, std::exchange(taken_, 0));
    std::array<char, 65536> buffer;
    while (limit > 0) {
        auto const n = ::read(from_, buffer.data(), std::min(buffer.size(), limit));
        if (n <= 0) {
            closed_ = closed_ || n == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
        auto const got = static_cast<std::size_t>(n);
        in_.append(buffer.data(), got);
        limit -= got;
        if (got < buffer.size())
            return;
    }
}

std::optional<std::string_view> channel::next()
{
    return is_http() ? next_response() : next_line();
}

std::optional<std::string_view> channel::next_line()
{
    auto const end = in_.find('\n', std::max(taken_, scanned_));
    if (end == std::string::npos) {
        scanned_ = in_.size() - taken_;
        return std::nullopt;
    }
    auto const out = std::string_view(in_).substr(taken_, end - taken_);
    taken_ = end + 1;
    scanned_ = 0;
    return out;
}

std::optional<std::string_view> channel::next_response()
{
    http_response response;
    if (!read_response(std::string_view(in_).substr(taken_), closed_, response, body_))
        return std::nullopt;
    taken_ += response.size;
    status_ = response.status;
    if (!response.session.empty() && session_ != response.session) {
        session_ = response.session;
        head_size_ = 0;
    }
    closed_ = closed_ || response.closing;
    return response.body;
}

}  // namespace bench
