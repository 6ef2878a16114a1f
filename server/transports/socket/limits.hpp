#pragma once

// What the sockets bear, and what a breach gets. Defaults: reliability 3.1.

#include <chrono>
#include <cstddef>

namespace server {

struct socket_limits {
    // Open connections of one listener, and never more than the descriptors of the process less 64.
    // The next one is told "busy" and closed.
    std::size_t unix_connections = 1'000;
    std::size_t tcp_connections = 100;

    // Of a TCP peer, whose first message carries the token: how large it may be and how long it may
    // take. Then it is told so and closed.
    std::size_t first_line = std::size_t(64) << 10;
    std::chrono::milliseconds first_line_time{10'000};

    // At the end of the program: what is in flight may finish, then it is cancelled.
    std::chrono::milliseconds drain{5'000};
};

}  // namespace server
