#pragma once

// Who may speak on a TCP connection. Any process of this machine can connect, and a web page can
// make the user's browser send lines to it, so the first message must carry the server's token in
// params._meta, and what does not ends the connection (reliability 1.2 row 3). Pure.

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace server {

inline constexpr std::string_view token_key = "nextjs-backend-engineer/token";

// The one line that a peer gets which is not let in.
struct refusal {
    refusal() = default;
    explicit refusal(std::string line) : reply(std::move(line)) {}

    std::string reply;
};

// A JSON-RPC error without an id, as a line.
std::string refusal_line(int code, std::string const& why);

// The first line as the server may see it: without the token.
boost::system::result<std::string, refusal>
admit(std::string_view first_line, std::string_view token);

}  // namespace server
