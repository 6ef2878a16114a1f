#pragma once

// What all connections of one HTTP endpoint share: the server behind it, the sessions, the limits,
// and the way from a message to what answers it. Both eras meet here (spec digest 2.4, 8 to 23).
// http_connection drives it.

#include "protocol/logger.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/strict_json.hpp"
#include "server/server.hpp"
#include "server/transports/http/exchange.hpp"
#include "server/transports/http/rules/admission.hpp"
#include "server/transports/http/rules/limits.hpp"
#include "server/transports/http/rules/response.hpp"
#include "server/transports/http/rules/routing.hpp"
#include "server/transports/http/session/sessions.hpp"

#include <memory>
#include <string>

namespace server {

// Counts for as long as it lives, which may be longer than the coroutine that it counts.
class counted {
public:
    explicit counted(std::shared_ptr<std::size_t> n) : n_(std::move(n)) { ++*n_; }
    counted(counted&&) = default;
    counted& operator=(counted&&) = delete;
    ~counted()
    {
        if (n_)
            --*n_;
    }

private:
    std::shared_ptr<std::size_t> n_;
};

class http_endpoint : public std::enable_shared_from_this<http_endpoint> {
public:
    http_endpoint(
        boost::asio::any_io_executor ex,
        mcp_server& server,
        http_gate::rules rules,
        http_limits limits,
        mcp::logger log);
    ~http_endpoint();

    // Answers at once, or returns what will. `head` and `body` are of this call only.
    std::shared_ptr<exchange> receive(
        http_head const& head,
        http_admission const& admission,
        std::string const& body,
        http_reply& peer);

    void tick(exchange::time_point now);

    // From now on connections are not kept alive; stops the streams that only listen.
    void stop() { stopping_ = true; }
    bool is_stopping() const { return stopping_; }

    http_gate const& gate() const { return gate_; }
    http_limits const& limits() const { return limits_; }
    mcp_server& server() { return server_; }
    boost::asio::any_io_executor const& executor() const { return executor_; }
    http_sessions& sessions() { return sessions_; }
    std::string_view date() { return date_.now(); }

    counted take_request() { return counted(requests_); }
    counted take_stream() { return counted(streams_); }
    std::size_t unfinished() const { return *requests_ + *streams_; }

    mcp::jsonrpc::error explain(std::exception_ptr const& failure, std::string const& method) const;

    // In a buffer that the next of these calls uses again.
    template <class Message>
    std::string_view text_of(Message const& m)
    {
        reuse(text_);
        mcp::jsonrpc::append(text_, m);
        return text_;
    }
    std::string_view event_of(std::string_view id, std::string_view json);

    void refuse(http_refusal const& why, http_reply& peer);

    // Nothing more is taken now, if so.
    std::optional<mcp::jsonrpc::error> refuses() const;
    static mcp::jsonrpc::error busy();

private:
    // What came in, with what answers it.
    struct incoming {
        http_head const& head;
        http_admission const& admission;
        http_reply& peer;

        reply_forms forms() const { return {admission.takes_json, admission.takes_stream}; }
    };
    using answering = std::shared_ptr<exchange>;

    answering receive_value(incoming const& in, mcp::json::value value);
    answering receive_batch(incoming const& in, mcp::json::array elements);
    answering receive_request(incoming const& in, mcp::jsonrpc::request r);
    answering receive_modern(incoming const& in, mcp::jsonrpc::request r);
    answering receive_handshake(incoming const& in, mcp::jsonrpc::request r);
    answering receive_stateless(incoming const& in, mcp::jsonrpc::request r);
    void receive_notification(incoming const& in, mcp::jsonrpc::notification const& n);
    void receive_response(incoming const& in, mcp::jsonrpc::response r);
    answering open_stream(incoming const& in);
    void end_session(incoming const& in);
    void answer_preflight(incoming const& in);

    // Refuses it, on the peer, if there is none.
    std::shared_ptr<http_session>
    session_of(incoming const& in, std::optional<mcp::jsonrpc::request_id> const& id);
    answering refuse_with(incoming const& in, http_refusal const& why);
    static void reuse(std::string& buffer);

    boost::asio::any_io_executor executor_;
    mcp_server& server_;
    http_gate gate_;
    http_limits limits_;
    mcp::logger log_;
    mcp::strict_json parser_;
    http_sessions sessions_;
    http_date date_;
    knows_method knows_;
    std::string text_, event_;
    std::shared_ptr<std::size_t> requests_ = std::make_shared<std::size_t>();
    std::shared_ptr<std::size_t> streams_ = std::make_shared<std::size_t>();
    bool stopping_ = false;
};

}  // namespace server
