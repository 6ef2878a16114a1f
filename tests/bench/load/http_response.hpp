#pragma once

// Just enough HTTP/1.1 to read what a server on the loopback answers. Pure.

#include <cstddef>
#include <string>
#include <string_view>

namespace bench {

struct http_response {
    int status = 0;
    bool closing = false;
    std::string_view session;  // Mcp-Session-Id
    std::string_view body;     // the JSON; of an event stream, the data of its last event
    std::size_t size = 0;      // of the whole response
};

// False: more bytes are needed. `ended`: no more will come. `joined` holds a body that came in
// chunks.
bool read_response(std::string_view text, bool ended, http_response& out, std::string& joined);

}  // namespace bench
