#pragma once

// One request on its connection, seen from both sides. The connection owns the exchange until it is
// answered; the exchange refers to the connection until it has answered, or was told that it left.

#include <chrono>
#include <cstddef>
#include <string_view>

namespace server {

// The connection, as the exchange sees it. Exactly one answer: answer(), or open_stream() and in
// the end end_stream(); after that the connection is no longer to be spoken to.
class http_reply {
public:
    http_reply() = default;
    http_reply(http_reply const&) = delete;
    http_reply& operator=(http_reply const&) = delete;
    virtual ~http_reply() = default;

    // `headers`: further lines, each with its end. An empty body has no Content-Type.
    virtual void answer(
        int status,
        std::string_view body,
        std::string_view headers = {},
        std::string_view type = "application/json") = 0;

    virtual void open_stream(std::string_view headers = {}) = 0;
    virtual void write(std::string_view events) = 0;
    virtual void end_stream() = 0;

    // Bytes that the peer has not taken yet.
    virtual std::size_t waiting() const = 0;
};

// The exchange, as the connection sees it.
class exchange {
public:
    using time_point = std::chrono::steady_clock::time_point;

    exchange() = default;
    exchange(exchange const&) = delete;
    exchange& operator=(exchange const&) = delete;
    virtual ~exchange() = default;

    // The peer sends nothing more. Whether that is taken for leaving: a peer that only closed its
    // sending half looks the same.
    virtual bool ends_with_input() const = 0;

    virtual void left() = 0;                // the connection is gone
    virtual void written() = 0;             // waiting() went down to nothing
    virtual void tick(time_point now) = 0;  // now and then
    virtual void stop() = 0;                // the server ends: streams that only listen do so, too
};

// What the client's Accept lets us send.
struct reply_forms {
    bool json = true;
    bool stream = true;
};

}  // namespace server
