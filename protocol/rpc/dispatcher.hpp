#pragma once

// Pumps one transport: a coroutine and one reply for each request, none for a request that was
// cancelled; our own calls out, and their answers; cancellation by id in both directions. It knows
// of MCP only notifications/cancelled. What a request means is the handler's business; what it
// throws becomes a reply by explain().

#include "protocol/jsonrpc.hpp"
#include "protocol/logger.hpp"
#include "protocol/rpc/transport.hpp"
#include "protocol/strict_json.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace mcp {

struct dispatcher_limits {
    std::size_t in_flight = 64;     // unfinished requests; more are refused as busy
    std::chrono::seconds drain{5};  // after the peer closed: then what is unfinished is cancelled
    std::chrono::seconds flush{5};  // and what it does not read is dropped
    json_limits json = json_limits();
};

class dispatcher {
public:
    using request_handler = std::function<boost::asio::awaitable<json::value>(jsonrpc::request)>;
    using notification_handler = std::function<void(jsonrpc::notification)>;

    // The transport outlives the dispatcher. Either handler may be empty: then requests are
    // answered -32601, and notifications ignored.
    dispatcher(
        transport& peer,
        request_handler on_request,
        notification_handler on_notification = {},
        dispatcher_limits limits = dispatcher_limits(),
        logger log = logger());
    ~dispatcher();
    dispatcher(dispatcher const&) = delete;
    dispatcher& operator=(dispatcher const&) = delete;

    // Returns once the peer has closed and every request in flight is answered or cancelled. When
    // this is cancelled itself, it cancels every request and waits for them to unwind.
    boost::asio::awaitable<void> run();

    void notify(jsonrpc::notification const& n);

    // A request to the peer. Throws jsonrpc::error as the peer answered; operation_aborted when
    // cancelled, having told the peer; system_error(asio::error::eof) if the connection ends first.
    // Needs run() to be running, or started before the answer can come.
    boost::asio::awaitable<json::value> call(std::string method, json::object params);

    // Cancels every request in flight. None of them is answered.
    void cancel_all();

    // Whether this request of the peer's is unanswered and not cancelled: after that nothing more
    // may be sent for it.
    bool is_active(jsonrpc::request_id const& id) const;

    // Whether the peer itself took this request of its back, as far as its handler still unwinds.
    bool is_withdrawn(jsonrpc::request_id const& id) const;

    // A batch (an array of messages) is refused unless the session allows it, as 2025-03-26 asks.
    void accept_batches(bool on) { batches_ = on; }

    // Called once the peer has closed, before what is in flight is waited for: who waits for
    // nothing but the peer, ends now.
    void on_end(std::function<void()> f) { on_end_ = std::move(f); }

private:
    struct batch;
    struct in_flight;
    struct calls;

    boost::asio::awaitable<void> pump();
    void receive(std::string_view line);
    void receive_batch(json::array elements);
    void handle(json::value value, std::shared_ptr<batch> const& of);
    void start(jsonrpc::request r, std::shared_ptr<batch> const& of);
    void finish(jsonrpc::request_id const& id, std::exception_ptr failure, json::value result);
    void cancel(jsonrpc::notification const& n);
    void settle(jsonrpc::response r);
    void reply(jsonrpc::response const& r, std::shared_ptr<batch> const& of);

    transport& transport_;
    request_handler on_request_;
    notification_handler on_notification_;
    dispatcher_limits limits_;
    logger log_;
    strict_json parser_;
    std::string line_;  // reused for every message that is written
    boost::asio::any_io_executor executor_;
    std::map<jsonrpc::request_id, in_flight> in_flight_;
    std::shared_ptr<calls> calls_;
    std::optional<boost::asio::steady_timer> idle_;  // cancelled when the last in flight is done
    std::function<void()> on_end_;
    bool batches_ = false;
};

}  // namespace mcp
