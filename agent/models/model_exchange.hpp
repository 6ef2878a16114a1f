#pragma once

// One attempt to have a model answer over HTTP: the request goes out with its key, what comes back
// is fed to the stream that understands it, and every failure is classified. What is common to all
// APIs that stream server-sent events. Source: reference/model-apis.md 1.10, 6.2 items 2 to 6.

#include "agent/http/transfer.hpp"
#include "agent/models/answer_stream.hpp"
#include "agent/models/credentials.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace agent {

class response_source;
class wire_recorder;
class wire_player;

// Where and how a model is asked.
struct model_endpoint {
    credential key;
    http_options http;
    http_limits limits;
    mcp::logger log;
    wire_recorder* recorder = nullptr;  // what is said is written down, too
    wire_player* player = nullptr;      // nobody is asked: what was recorded answers
};

// The key in the header that carries it, and who we are.
void add_credential(http_request& request, credential const& key);

// What a response that is not 200 means, when its headers are there.
boost::asio::awaitable<model_error> refusal(response_source& response, model_endpoint const& at);

// A request that got no response.
model_error as_model_error(http_error const& error);

// A POST of JSON that wants an event stream, with the key and these headers.
http_request model_request_to(
    std::string url,
    std::string body,
    credential const& key,
    std::vector<std::pair<std::string, std::string>> headers = {});

// Throws operation_aborted when cancelled, which also ends the transfer; nothing else. All that it
// is given outlives it.
boost::asio::awaitable<boost::system::result<turn, model_error>>
exchange(curl_multi& http, http_request request, model_endpoint const& at, answer_stream& stream);

}  // namespace agent
