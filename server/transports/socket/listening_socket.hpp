#pragma once

// A bound, listening stream socket: made from an address, or one that was opened for us. A Unix
// socket is a file that only its owner can open (mode 0600, from the first moment), replaces one
// whose server is gone, never one that is served, and is removed at the end unless somebody else
// put another in its place. A socket_listener drives it.

#include "server/transports/listen_address.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <utility>

namespace server {

// A sentence: which address, why it cannot be listened on, and what to do.
struct listen_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class listening_socket {
public:
    using acceptor_type = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

    // Throws listen_error. An http_address is bound like a tcp_address.
    listening_socket(boost::asio::any_io_executor const& ex, listen_address const& at);

    acceptor_type& acceptor() { return acceptor_; }

    // With the real port; a unix_address or a tcp_address.
    listen_address const& address() const { return address_; }
    bool is_unix() const { return std::holds_alternative<unix_address>(address_); }

    // Whether only this machine can reach it.
    bool is_local() const;

    // Nobody can connect any more.
    void close();

private:
    // Removed with this, if it is still the one that was made.
    class created_file {
    public:
        created_file() = default;
        explicit created_file(std::string path);
        created_file(created_file&& other) noexcept : created_file() { swap(other); }
        created_file& operator=(created_file&& other) noexcept
        {
            created_file(std::move(other)).swap(*this);
            return *this;
        }
        ~created_file();

    private:
        void swap(created_file& other) noexcept;

        std::string path_;  // empty: none
        dev_t device_ = 0;
        ino_t inode_ = 0;
    };

    void bind_unix(unix_address const& at);
    void bind_tcp(boost::asio::ip::address const& host, std::uint16_t port);
    void inherit(int fd);
    void listen();

    acceptor_type acceptor_;
    listen_address address_;
    created_file file_;
};

bool is_loopback(boost::asio::ip::address const& host);

}  // namespace server
