#pragma once

// Bytes on their way out of one connection: what the socket does not take at once waits here. The
// connection says when to try again.

#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace server {

class write_queue {
public:
    using socket = boost::asio::generic::stream_protocol::socket;
    using time_point = std::chrono::steady_clock::time_point;

    // Outlived by the socket, which does not block.
    explicit write_queue(socket& to) : socket_(to) {}

    // To be appended to.
    std::string& bytes();
    std::size_t waiting() const { return bytes_.size() - sent_; }

    enum class outcome { all_sent, waits, broken };
    outcome send();

    // Since when the peer has taken nothing of what waits.
    time_point stalled_since() const { return took_; }

    void drop();

private:
    socket& socket_;
    std::string bytes_;
    std::size_t sent_ = 0;
    time_point took_;
};

}  // namespace server
