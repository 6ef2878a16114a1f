#pragma once

// A downstream MCP server, as the configuration names it, and what we tell it about ourselves: a
// command that is started and spoken to over its stdio, or the URL of an endpoint that speaks
// Streamable HTTP. Made once; copied by whoever speaks to it.

#include "agent/downstream/process/child_process.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

class curl_multi;

// Answers what a server asks of its client in the middle of a call: elicitation/create,
// sampling/createMessage, roots/list. Refuses by throwing jsonrpc::error. It takes its own time,
// which is not the server's.
using question_handler = std::function<boost::asio::awaitable<boost::json::value>(
    std::string method, boost::json::object params)>;

struct http_endpoint {
    std::string url;                                           // https, or http on this machine
    std::vector<std::pair<std::string, std::string>> headers;  // a key; sent with every request
    curl_multi* transfers = nullptr;                           // lasts as long as the loop runs
};

struct downstream_server {
    std::string name;  // "Context7": as errors and log lines call it
    child_command command;
    std::optional<http_endpoint> endpoint;                // instead of the command
    std::string client_name = "nextjs-backend-engineer";  // told to the server, and by it to others
    std::string client_version = "1";
    boost::json::object capabilities;  // ClientCapabilities: what `answer` can be asked
    question_handler answer;
    // How long a process may take to answer: npx, the first time, downloads for half a minute. Who
    // asks does not wait that long; the start goes on without him.
    std::chrono::milliseconds probe_limit{60'000};
    std::chrono::milliseconds start_limit{60'000};
    std::chrono::milliseconds patience{15'000};
    std::chrono::milliseconds alive_limit{2'000};  // after a time-out: is anybody there?
    std::size_t max_message = 4 << 20;
};

// Whether what a user wrote is the URL of an endpoint, rather than a command.
inline bool is_http_url(std::string_view text)
{
    return text.starts_with("https://") || text.starts_with("http://");
}

enum class downstream_era { unknown, modern, legacy };

}  // namespace agent
