#pragma once

// What the server of a legacy session asks of its client, from whatever stream it comes: each
// request is answered by a coroutine of its own, until the server withdraws it or the session ends.
// Held by those coroutines. Source: basic/patterns of 2025-11-25 (ping, cancellation).

#include "agent/downstream/downstream_transport.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace agent {

class server_questions : public std::enable_shared_from_this<server_questions> {
public:
    // Sends a message; returns when it has been sent, or cannot be.
    using sender = std::function<boost::asio::awaitable<void>(std::string message)>;

    server_questions(boost::asio::any_io_executor ex, downstream_question answer)
        : executor_(std::move(ex)), answer_(std::move(answer))
    {
    }

    // A request or a notification; responses are nobody's here.
    void take(mcp::jsonrpc::message message, sender const& reply);

    // Cancels what is being answered.
    void close();

private:
    boost::asio::awaitable<void> answer(mcp::jsonrpc::request r, sender reply);
    void start(mcp::jsonrpc::request r, sender const& reply);
    void withdraw(mcp::jsonrpc::notification const& n);

    boost::asio::any_io_executor executor_;
    downstream_question answer_;
    std::map<mcp::jsonrpc::request_id, boost::asio::cancellation_signal> pending_;
    bool closed_ = false;
};

}  // namespace agent
