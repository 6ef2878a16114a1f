#pragma once

// How much the HTTP transport takes from anybody, in one place (reliability 3.1). Who breaches a
// limit gets the answer named here; nobody else notices.

#include <chrono>
#include <cstddef>

namespace server {

struct http_limits {
    using milliseconds = std::chrono::milliseconds;

    std::size_t header = std::size_t(16) << 10;  // bytes of a request's head: 431
    std::size_t body = std::size_t(1) << 20;     // bytes of its body: 413
    milliseconds header_time{10'000};            // from the first byte of a head to its last: 408
    milliseconds body_time{30'000};              // from there to the end of the body: 408
    milliseconds idle_time{60'000};              // between two requests: closed
    int requests_per_connection = 1'000;         // then `Connection: close`
    std::size_t connections = 10'000;            // further ones wait to be accepted

    std::size_t session_requests = 64;  // unfinished in one session: 503
    std::size_t requests = 1'024;       // unfinished in all: 503
    std::size_t streams = 1'024;        // streams that listen, in all: 503
    std::size_t sessions = 1'000;       // of the legacy era: the one idle the longest goes, or 503
    milliseconds session_idle{30 * 60'000};  // then 404
    milliseconds session_spared{60'000};     // idle so long, it may go to make room

    // Of a stream: bytes that wait for the peer before what can be spared is dropped; how long it
    // may leave them unread before it is closed; how long a response is silent before it becomes a
    // stream, and a stream before it carries a comment.
    std::size_t write_queue = std::size_t(1) << 20;
    milliseconds stalled_time{30'000};
    milliseconds keep_alive{15'000};

    std::size_t pipelined = std::size_t(64) << 10;  // bytes read ahead of an unfinished request

    // Bytes of events kept for clients that come back for them, in a session and in all, and when
    // they are asked to.
    std::size_t event_log = std::size_t(1) << 20;
    std::size_t event_logs = std::size_t(64) << 20;
    milliseconds retry{1'000};

    milliseconds linger_time{2'000};  // for the peer to read a refusal while it still sends
    milliseconds drain{5'000};        // at the end, for requests to finish
};

}  // namespace server
