#pragma once

// Where the server listens, as the user wrote it after --listen: unix:PATH, tcp:HOST:PORT,
// http://HOST:PORT, fd:N and http+fd:N (a socket that was opened for us: systemd's). Pure; the
// listeners drive it. An address that cannot be used is refused with a sentence that says how it is
// written.

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace server {

struct unix_address {
    std::string path;
};

// Lines of JSON over TCP, or HTTP.
struct tcp_address {
    boost::asio::ip::address host;
    std::uint16_t port = 0;  // 0: one that is free
};

struct http_address {
    boost::asio::ip::address host;
    std::uint16_t port = 0;
    std::string path;  // empty: the configured one
};

// A listening socket that we were started with.
struct inherited_address {
    int fd = -1;
    bool http = false;
};

using listen_address = std::variant<unix_address, tcp_address, http_address, inherited_address>;

// The error is a sentence.
boost::system::result<listen_address, std::string> parse_listen_address(std::string_view text);

// As it is written on the command line and shown in the log: tcp:[::1]:4000,
// http://127.0.0.1:80/mcp
std::string to_text(listen_address const& address);

}  // namespace server
