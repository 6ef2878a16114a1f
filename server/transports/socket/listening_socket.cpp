#include "server/transports/socket/listening_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace server {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

using endpoint = asio::generic::stream_protocol::endpoint;

[[noreturn]] void refuse(listen_address const& at, std::string const& why)
{
    throw listen_error("cannot listen on " + to_text(at) + ": " + why);
}

void check(listen_address const& at, error_code const& ec)
{
    if (ec)
        refuse(at, ec.message());
}

error_code last_error()
{
    return {errno, boost::system::system_category()};
}

// Held while a stale socket is replaced, so that two servers that start at once do not take each
// other's new socket for a stale one.
class folder_lock {
public:
    explicit folder_lock(std::string const& folder)
        : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
        open_error_ = fd_ < 0 ? last_error() : error_code();
        held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    }
    folder_lock(folder_lock const&) = delete;
    folder_lock& operator=(folder_lock const&) = delete;
    ~folder_lock()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    error_code open_error() const { return open_error_; }
    bool held() const { return held_; }

private:
    int fd_;
    error_code open_error_;
    bool held_ = false;
};

// The mode of a socket's file comes from the umask of the moment in which it is bound.
class narrow_umask {
public:
    narrow_umask() : before_(::umask(S_IXUSR | S_IRWXG | S_IRWXO)) {}
    narrow_umask(narrow_umask const&) = delete;
    narrow_umask& operator=(narrow_umask const&) = delete;
    ~narrow_umask() { ::umask(before_); }

private:
    mode_t before_;
};

// A socket whose server is gone refuses; anything else at this path is left alone.
void remove_stale(asio::any_io_executor const& ex, unix_address const& at)
{
    struct stat info {};
    if (::lstat(at.path.c_str(), &info) != 0) {
        if (errno != ENOENT)
            check(at, last_error());
        return;
    }
    if (!S_ISSOCK(info.st_mode))
        refuse(at, "something that is not a socket is there; choose another path or remove it");
    error_code ec;
    asio::local::stream_protocol::socket probe(ex);
    probe.open(asio::local::stream_protocol(), ec);
    check(at, ec);
    probe.non_blocking(true, ec);  // the queue of a live one may be full
    check(at, ec);
    probe.connect(asio::local::stream_protocol::endpoint(at.path), ec);
    if (!ec || ec == asio::error::would_block || ec == asio::error::try_again)
        refuse(at, "another server is listening there; stop it, or choose another path");
    if (ec != asio::error::connection_refused)
        refuse(at, "a socket that is not ours is there (" + ec.message() + ")");
    if (::unlink(at.path.c_str()) != 0 && errno != ENOENT)
        refuse(
            at, "the socket of a server that is gone cannot be removed: " + last_error().message());
}

}  // namespace

bool is_loopback(asio::ip::address const& host)
{
    if (host.is_v6() && host.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, host.to_v6()).is_loopback();
    return host.is_loopback();
}

listening_socket::listening_socket(asio::any_io_executor const& ex, listen_address const& at)
    : acceptor_(ex), address_(at)
{
    if (auto const* local = std::get_if<unix_address>(&at))
        bind_unix(*local);
    else if (auto const* tcp = std::get_if<tcp_address>(&at))
        bind_tcp(tcp->host, tcp->port);
    else if (auto const* http = std::get_if<http_address>(&at))
        bind_tcp(http->host, http->port);
    else
        inherit(std::get<inherited_address>(at).fd);
}

bool listening_socket::is_local() const
{
    auto const* tcp = std::get_if<tcp_address>(&address_);
    return !tcp || is_loopback(tcp->host);
}

void listening_socket::close()
{
    error_code ignored;
    acceptor_.close(ignored);
    file_ = created_file();
}

listening_socket::created_file::created_file(std::string path) : path_(std::move(path))
{
    struct stat info {};
    if (::lstat(path_.c_str(), &info) != 0)
        path_.clear();
    device_ = info.st_dev;
    inode_ = info.st_ino;
}

listening_socket::created_file::~created_file()
{
    struct stat info {};
    if (!path_.empty() && ::lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ &&
        info.st_ino == inode_)
        ::unlink(path_.c_str());
}

void listening_socket::created_file::swap(created_file& other) noexcept
{
    std::swap(path_, other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
}

void listening_socket::bind_unix(unix_address const& at)
{
    auto folder = std::filesystem::path(at.path).parent_path().string();
    if (folder.empty())
        folder = ".";
    folder_lock const lock(folder);
    if (lock.open_error())
        refuse(at, "its folder " + folder + ": " + lock.open_error().message());
    if (!lock.held())
        refuse(at, "another server is starting in " + folder + "; try again");
    remove_stale(acceptor_.get_executor(), at);

    error_code ec;
    acceptor_.open(asio::generic::stream_protocol(AF_UNIX, 0), ec);
    check(at, ec);
    {
        narrow_umask const only_ours;
        acceptor_.bind(endpoint(asio::local::stream_protocol::endpoint(at.path)), ec);
    }
    check(at, ec);
    file_ = created_file(at.path);
    listen();
}

void listening_socket::bind_tcp(asio::ip::address const& host, std::uint16_t port)
{
    error_code ec;
    acceptor_.open(asio::generic::stream_protocol(host.is_v6() ? AF_INET6 : AF_INET, 0), ec);
    check(address_, ec);
    acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
    if (host.is_v6())
        acceptor_.set_option(asio::ip::v6_only(true), ec);
    acceptor_.bind(endpoint(asio::ip::tcp::endpoint(host, port)), ec);
    if (ec == asio::error::address_in_use)
        refuse(address_, "the port is in use; choose another, or 0 for one that is free");
    if (ec == asio::error::access_denied)
        refuse(address_, "ports below 1024 are the system's; choose a higher one");
    check(address_, ec);
    listen();
}

void listening_socket::listen()
{
    error_code ec;
    acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    check(address_, ec);
    acceptor_.non_blocking(true, ec);
    check(address_, ec);
    if (is_unix())
        return;
    auto const bound = acceptor_.local_endpoint(ec);
    check(address_, ec);
    asio::ip::tcp::endpoint real;
    if (bound.size() > real.capacity())
        refuse(address_, "not an internet address");
    std::memcpy(real.data(), bound.data(), bound.size());
    real.resize(bound.size());
    address_ = tcp_address{real.address(), real.port()};
}

void listening_socket::inherit(int fd)
{
    int listening = 0;
    int type = 0;
    socklen_t size = sizeof(int);
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0)
        refuse(address_, "no socket was handed over as this descriptor: " + last_error().message());
    size = sizeof(int);
    if (type != SOCK_STREAM ||
        ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
        refuse(address_, "not a listening stream socket; in a systemd unit say Accept=no");
    sockaddr_storage bound{};
    size = sizeof bound;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        check(address_, last_error());
    auto const family = bound.ss_family;
    if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
        refuse(address_, "neither a Unix nor an internet socket");
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    error_code ec;
    acceptor_.assign(asio::generic::stream_protocol(family, 0), fd, ec);
    check(address_, ec);
    if (family == AF_UNIX) {
        auto const* name = reinterpret_cast<sockaddr_un const*>(&bound)->sun_path;
        auto const length = size - offsetof(sockaddr_un, sun_path);
        address_ = unix_address{std::string(name, ::strnlen(name, length))};
    }
    listen();
}

}  // namespace server
