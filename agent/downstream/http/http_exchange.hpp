#pragma once

// One HTTP exchange with an MCP endpoint, and the messages that come back in it: one JSON document
// or an event stream. Lives on the frame of the coroutine that makes it, as transfer does;
// destroying it closes the stream. Source: basic/transports/streamable-http.

#include "agent/downstream/downstream_transport.hpp"
#include "agent/http/transfer.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/sse.hpp"
#include "protocol/strict_json.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// A POST of one message, with what every one of them needs.
http_request message_post(http_endpoint const& endpoint, std::string message);

class http_exchange {
public:
    // Starts it. `max_message`: bytes of one message that comes back.
    http_exchange(http_endpoint const& endpoint, http_request request, std::size_t max_message);

    // Returns when the status is there. Throws transport_error: unreachable, denied or busy.
    boost::asio::awaitable<void> open();

    int status() const { return transfer_.status(); }
    bool succeeded() const { return status() >= 200 && status() < 300; }
    std::string_view header(std::string_view name) const { return transfer_.header(name); }
    bool is_stream() const { return streams_; }

    // The next message, or nothing at the end. Passes over events that are no messages; throws
    // transport_error for a document that is none, and when the body breaks off.
    boost::asio::awaitable<std::optional<mcp::jsonrpc::message>> next();

    // What the answer says to the request `id`, passing over everything else in the stream.
    // Throws jsonrpc::error as it says, transport_error.
    boost::asio::awaitable<boost::json::value> answer(std::int64_t id);

    // The error in the body of a request that was not taken. Throws it, or transport_error::refused
    // if there is none.
    boost::asio::awaitable<void> explain();

    // Where a stream can be taken up again, if it can.
    std::string const& last_event_id() const { return events_.last_event_id(); }
    std::optional<std::chrono::milliseconds> reconnection_time() const
    {
        return events_.reconnection_time();
    }

private:
    boost::asio::awaitable<bool> read_more();
    void take_document();
    void take_message(std::string_view text, bool must_be_one);

    transfer transfer_;
    std::size_t max_message_;
    bool streams_ = false;
    bool ended_ = false;
    std::string document_;
    mcp::sse_parser events_;
    mcp::strict_json parser_;
    std::deque<mcp::jsonrpc::message> messages_;
};

// Whether a response is the one to `id`: an error without an id can be to nothing else in the
// exchange that it came in.
bool answers(mcp::jsonrpc::response const& r, std::int64_t id);

// The result in it. Throws jsonrpc::error.
boost::json::value outcome(mcp::jsonrpc::response r);

}  // namespace agent
