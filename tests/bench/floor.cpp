// The least that a single-threaded server can cost on this machine: it finds the id and the text of
// an echo call in the bytes, parses nothing, checks nothing, and answers in as many bytes as a
// server would. What lies between it and a server is the server's own.
//
//   bench_floor stdio | http PORT | unix PATH

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace {

std::string_view after(std::string_view text, std::string_view key, char stop)
{
    auto const at = text.find(key);
    if (at == std::string_view::npos)
        return {};
    text.remove_prefix(at + key.size());
    return text.substr(0, text.find(stop));
}

void answer(std::string& out, std::string_view request)
{
    out.append(R"({"jsonrpc":"2.0","id":)").append(after(request, R"("id":)", ','));
    out.append(R"(,"result":{"content":[{"type":"text","text":")");
    out.append(after(request, R"("text":")", '"'));
    out.append(R"("}],"resultType":"complete","_meta":{)");
    out.append(R"("io.modelcontextprotocol/serverInfo":{"name":"floor","version":"1.0.0"}}}})");
}

// Takes what is complete off `in`, and appends its answers to `out`.
void lines(std::string& in, std::string& out)
{
    std::size_t from = 0;
    for (std::size_t end; (end = in.find('\n', from)) != std::string::npos; from = end + 1) {
        answer(out, std::string_view(in).substr(from, end - from));
        out += '\n';
    }
    in.erase(0, from);
}

void requests(std::string& in, std::string& out)
{
    std::string body;
    for (;;) {
        auto const head = in.find("\r\n\r\n");
        if (head == std::string::npos)
            return;
        auto const length = std::string(after(in, "Content-Length: ", '\r'));
        auto const size = head + 4 + std::strtoul(length.c_str(), nullptr, 10);
        if (in.size() < size)
            return;
        body.clear();
        answer(body, std::string_view(in).substr(head + 4, size - head - 4));
        out += "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
        out.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
        in.erase(0, size);
    }
}

using framer = void (*)(std::string&, std::string&);

// False: the peer is gone.
bool serve_once(int from, int to, std::string& in, framer frame)
{
    std::array<char, 65536> buffer;
    auto const n = ::read(from, buffer.data(), buffer.size());
    if (n <= 0)
        return false;
    in.append(buffer.data(), static_cast<std::size_t>(n));
    std::string out;
    frame(in, out);
    return out.empty() || ::write(to, out.data(), out.size()) >= 0;
}

template <class Address>
int listening(int family, Address const& at)
{
    int const one = 1;
    int const fd = ::socket(family, SOCK_STREAM, 0);
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (::bind(fd, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0 ||
        ::listen(fd, 512) != 0)
        std::exit(1);
    return fd;
}

int serve(int listener, framer frame)
{
    std::vector<std::string> in;
    int const ep = ::epoll_create1(0);
    auto const watch = [ep](int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
    };
    watch(listener);
    for (std::array<epoll_event, 64> events;;) {
        int const n = ::epoll_wait(ep, events.data(), events.size(), -1);
        for (int i = 0; i < n; ++i) {
            int const fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd != listener) {
                if (!serve_once(fd, fd, in[static_cast<std::size_t>(fd)], frame))
                    ::close(fd);
                continue;
            }
            int const one = 1;
            int const peer = ::accept(listener, nullptr, nullptr);
            if (peer < 0)
                continue;
            ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            in.resize(std::max(in.size(), static_cast<std::size_t>(peer) + 1));
            in[static_cast<std::size_t>(peer)].clear();
            watch(peer);
        }
    }
}

}  // namespace

int main(int argc, char** argv)
{
    std::string_view const kind = argc > 1 ? argv[1] : "";
    if (kind == "stdio") {
        std::string in;
        while (serve_once(STDIN_FILENO, STDOUT_FILENO, in, lines)) {
        }
        return 0;
    }
    if (argc != 3)
        return 2;
    if (kind == "unix") {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::string_view(argv[2]).copy(at.sun_path, sizeof at.sun_path - 1);
        ::unlink(at.sun_path);
        return serve(listening(AF_UNIX, at), lines);
    }
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return serve(listening(AF_INET, at), requests);
}
