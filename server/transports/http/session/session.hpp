#pragma once

// A session of the legacy era over HTTP (basic/transports of 2025-03-26 to 2025-11-25): what its
// handshake said, its unfinished requests, its streams, and the requests that the server makes of
// the client. A request outlives the connection that it came on. Without an id it serves one
// request that came without a session, and nobody finds it again.

#include "protocol/rpc/async.hpp"
#include "server/outbound.hpp"
#include "server/server.hpp"
#include "server/session.hpp"
#include "server/transports/http/exchange.hpp"
#include "server/transports/http/session/event_log.hpp"
#include "server/transports/http/session/session_stream.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace server {

class http_endpoint;

class http_session final : public outbound, public std::enable_shared_from_this<http_session> {
public:
    using time_point = exchange::time_point;

    // The endpoint outlives it.
    http_session(
        http_endpoint& endpoint,
        std::string id,
        std::string principal,
        std::shared_ptr<std::size_t> logged);
    ~http_session() override;

    std::string const& id() const { return id_; }
    session& state() { return state_; }
    http_endpoint& endpoint() { return endpoint_; }

    // Why this request cannot be taken now, if so. `before`: what comes with it, in a batch.
    std::optional<mcp::jsonrpc::error> refuses(
        mcp::jsonrpc::request_id const& id, std::vector<mcp::jsonrpc::request> const& before) const;

    // Requests that came in one POST, and what is to be said of others in the same batch.
    std::shared_ptr<exchange> serve(
        std::vector<mcp::jsonrpc::request> requests,
        std::vector<mcp::jsonrpc::response> refused,
        mcp::addressed to,
        bool batch,
        http_reply& peer,
        reply_forms forms);

    // What the client posted besides.
    void hear(mcp::jsonrpc::notification const& n);
    void settle(mcp::jsonrpc::response r);

    // A GET: a stream for what is not about a request, or the rest of one that broke off after that
    // event. Nothing: it was refused, on `peer`.
    std::shared_ptr<exchange> listen(http_reply& peer, std::optional<event_id> after);

    // Every request is cancelled, every stream closed.
    void end();

    void use(time_point now) { used_ = now; }
    time_point used() const { return used_; }
    bool is_busy() const { return !requests_.empty() || !streams_.empty(); }

    void notify(mcp::jsonrpc::request_id const& about, mcp::jsonrpc::notification n) override;
    boost::asio::awaitable<mcp::json::value> call(
        mcp::jsonrpc::request_id const& about,
        std::string method,
        mcp::json::object params) override;
    bool withdrawn(mcp::jsonrpc::request_id const& about) const override;
    boost::asio::awaitable<void> drained() override;
    void release(mcp::jsonrpc::request_id const& about) override;

    // For its streams.
    event_log& log() { return log_; }
    bool is_resumable() const { return !id_.empty(); }
    bool primes() const;
    void changed() { changed_.notify(); }
    void gone(session_stream& stream);  // its connection
    void finished(session_stream& stream);

private:
    struct unfinished;
    struct waiting;

    void start(
        mcp::jsonrpc::request request,
        mcp::addressed to,
        std::shared_ptr<session_stream> const& stream);
    void
    finish(mcp::jsonrpc::request_id const& id, std::exception_ptr const& failure, mcp::json::value);
    void cancel(mcp::jsonrpc::request_id const& id);
    void start_relay(std::shared_ptr<session_stream> stream);
    session_stream* stream_about(mcp::jsonrpc::request_id const& about);

    http_endpoint& endpoint_;
    std::string id_;
    session state_;
    event_log log_;
    mcp::event changed_;
    std::map<mcp::jsonrpc::request_id, std::shared_ptr<unfinished>> requests_;
    std::map<std::uint32_t, std::shared_ptr<session_stream>> streams_;
    std::map<std::int64_t, waiting*> calls_;
    std::shared_ptr<boost::asio::cancellation_signal> relay_;
    std::uint32_t last_stream_ = session_stream::listening;
    std::uint64_t listened_ = 0;  // place of the last event of any GET
    std::int64_t last_call_ = 0;
    time_point used_;
    bool ended_ = false;
};

}  // namespace server
