#pragma once

// A session of the legacy era over Streamable HTTP: its id, the streams that the server's messages
// arrive on, and its end. An answer whose stream broke off is waited for on another one, from the
// last event on. The stream that is nobody's answer (GET) is open only if the server can ask us
// something. Held by its own coroutines; close() ends them, and tells the server.
// Source: basic/transports of 2025-11-25; mcp-spec-digest 3.3, 4.2.

#include "agent/downstream/downstream_transport.hpp"
#include "agent/downstream/http/http_exchange.hpp"
#include "agent/downstream/http/server_questions.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <string>

namespace agent {

class legacy_session : public std::enable_shared_from_this<legacy_session> {
public:
    legacy_session(
        boost::asio::any_io_executor ex,
        downstream_server const& server,
        downstream_question on_question);

    void speak(std::string_view version) { version_ = version; }

    // As downstream_transport. `initialize` opens the session.
    boost::asio::awaitable<boost::json::value> request(downstream_request r);
    boost::asio::awaitable<void> notify(mcp::jsonrpc::notification n);
    void close();

private:
    // Where a stream is to be taken up again.
    struct position {
        std::string last_event;
        std::chrono::milliseconds pause;
    };
    struct awaited;

    boost::asio::awaitable<boost::json::value> answered(awaited& call, http_request first);
    boost::asio::awaitable<void> opened(http_exchange& exchange, bool opens_session);
    boost::asio::awaitable<bool> heard(http_exchange& exchange, awaited& call);
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<bool> listened(position& at);
    boost::asio::awaitable<void> send(std::string message);
    boost::asio::awaitable<void> leave(http_request farewell);
    void take(mcp::jsonrpc::message message);
    void start_listening();
    void post_later(std::string message);
    http_request with_session(http_request request) const;
    http_request post(std::string message) const;
    http_request resume(position const& at) const;

    boost::asio::any_io_executor executor_;
    http_endpoint endpoint_;
    std::size_t max_message_;
    bool has_questions_;
    std::shared_ptr<server_questions> questions_;
    std::string id_;
    std::string version_;
    boost::asio::cancellation_signal listening_;
    std::int64_t last_request_ = 0;
    bool listens_ = false;
    bool closed_ = false;
};

}  // namespace agent
