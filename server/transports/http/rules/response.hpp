#pragma once

// What goes out: the bytes of a response and of its stream (RFC 9112; WHATWG HTML 9.2 for
// text/event-stream), appended to a buffer that is kept. Built from constants: of a peer's text
// nothing gets here but JSON, which has no line ends. Pure.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace server {

struct response_head {
    int status = 200;
    std::string_view type;     // Content-Type; empty: no body
    std::string_view headers;  // further lines, each with its end
    std::string_view date;
    bool close = false;
};

void append_response(std::string& out, response_head const& head, std::string_view body);

// Of an event stream, whose end is that of the connection, or the last chunk.
void append_stream_head(std::string& out, response_head const& head, bool chunked);
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

// One message. `id`: where a client that lost the connection goes on; empty: nowhere.
void append_event(std::string& out, std::string_view id, std::string_view json);

// An event without a message: gives the client an id to come back with, and says after how long.
void append_priming(std::string& out, std::string_view id, std::chrono::milliseconds retry);

inline constexpr std::string_view keep_alive_comment = ": \n\n";

// "Sun, 22 Nov 2026 14:20:56 GMT", made once a second.
class http_date {
public:
    std::string_view now();

private:
    std::chrono::sys_seconds at_{};
    std::string text_;
};

}  // namespace server
