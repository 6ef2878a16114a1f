#include "server/transports/http/modern_exchange.hpp"

#include "protocol/errors.hpp"
#include "protocol/rpc/launch.hpp"
#include "server/transports/http/rules/response.hpp"

namespace server {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::string_view listen_method = "subscriptions/listen";

// What is decided after the dispatch is told in band, but for the two that the specification gives
// a status (basic, Error Codes).
int status_of(int code)
{
    if (code == mcp::missing_client_capability_code)
        return 400;
    if (code == static_cast<int>(mcp::jsonrpc::errc::method_not_found))
        return 404;
    return 200;
}

}  // namespace

modern_exchange::modern_exchange(
    std::shared_ptr<http_endpoint> endpoint,
    http_reply& peer,
    reply_forms forms,
    std::string principal)
    : endpoint_(std::move(endpoint)),
      peer_(&peer),
      forms_(forms),
      session_({}, std::move(principal)),
      spoke_(std::chrono::steady_clock::now())
{
}

void modern_exchange::start(mcp::jsonrpc::request request)
{
    id_ = request.id;
    method_ = request.method;
    auto const listens = method_ == listen_method;
    auto place = listens ? endpoint_->take_stream() : endpoint_->take_request();
    if (listens)
        become_stream();
    auto finished = [self = shared_from_this(), place = std::move(place)](
                        std::exception_ptr const& failure, mcp::json::value result) {
        self->finish(failure, std::move(result));
    };
    auto work = run(shared_from_this(), std::move(request));
    mcp::launch(endpoint_->executor(), std::move(work), cancel_.slot(), std::move(finished));
}

awaitable<mcp::json::value>
modern_exchange::run(std::shared_ptr<modern_exchange> self, mcp::jsonrpc::request request)
{
    auto& server = self->endpoint_->server();
    co_return co_await server.answer(
        std::move(request), mcp::addressed::modern, self->session_, *self);
}

void modern_exchange::left()
{
    peer_ = nullptr;
    cancel_.emit(asio::cancellation_type::terminal);
    written();
}

void modern_exchange::written()
{
    if (changed_)
        changed_->notify();
}

void modern_exchange::tick(time_point now)
{
    if (!peer_ || now - spoke_ < endpoint_->limits().keep_alive || !become_stream())
        return;
    spoke_ = now;
    peer_->write(keep_alive_comment);
}

void modern_exchange::stop()
{
    endpoint_->server().end_subscriptions(&session_);
}

bool modern_exchange::become_stream()
{
    if (!streams_ && forms_.stream) {
        streams_ = true;
        peer_->open_stream();
    }
    return streams_;
}

void modern_exchange::notify(mcp::jsonrpc::request_id const&, mcp::jsonrpc::notification n)
{
    // A client that reads only JSON goes without; one that does not read goes without, too, unless
    // what it misses waits for it (drained).
    if (!peer_ || !become_stream() || peer_->waiting() > endpoint_->limits().write_queue)
        return;
    spoke_ = std::chrono::steady_clock::now();
    peer_->write(endpoint_->event_of({}, endpoint_->text_of(n)));
}

awaitable<mcp::json::value>
modern_exchange::call(mcp::jsonrpc::request_id const&, std::string method, mcp::json::object)
{
    throw std::logic_error(method + " cannot be called in this era");
    co_return mcp::json::value();
}

awaitable<void> modern_exchange::drained()
{
    if (!changed_)
        changed_.emplace(endpoint_->executor());
    while (peer_ && peer_->waiting() > 0)
        co_await changed_->wait();
}

void modern_exchange::finish(std::exception_ptr const& failure, mcp::json::value result)
{
    if (!peer_)
        return;
    auto& peer = *std::exchange(peer_, nullptr);
    int status = 200;
    mcp::jsonrpc::response reply{std::move(id_), std::move(result)};
    if (failure) {
        auto error = endpoint_->explain(failure, method_);
        status = status_of(error.code);
        reply.outcome = std::move(error);
    }
    if (!streams_ && forms_.json)
        return peer.answer(status, endpoint_->text_of(reply));
    if (!streams_)
        peer.open_stream();
    peer.write(endpoint_->event_of({}, endpoint_->text_of(reply)));
    peer.end_stream();
}

}  // namespace server
