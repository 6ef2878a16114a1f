#include "protocol/rpc/dispatcher.hpp"

#include "protocol/json.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace mcp {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

// The one place where an exception becomes a reply. No reply at all for a cancelled request.
std::optional<jsonrpc::response>
reply_for(jsonrpc::request_id id, std::exception_ptr failure, json::value result)
{
    if (!failure)
        return jsonrpc::response{std::move(id), std::move(result)};
    try {
        std::rethrow_exception(failure);
    } catch (jsonrpc::error const& e) {
        return jsonrpc::response{std::move(id), e};
    } catch (decode_error const& e) {
        return jsonrpc::response{
            std::move(id), jsonrpc::error(jsonrpc::errc::invalid_params, e.what())};
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted)
            return std::nullopt;
        return jsonrpc::response{
            std::move(id), jsonrpc::error(jsonrpc::errc::internal_error, e.what())};
    } catch (std::exception const& e) {
        return jsonrpc::response{
            std::move(id), jsonrpc::error(jsonrpc::errc::internal_error, e.what())};
    }
}

}  // namespace

dispatcher::dispatcher(transport& t, handler h) : transport_(t), handler_(std::move(h)) {}

awaitable<void> dispatcher::run()
{
    auto ex = co_await asio::this_coro::executor;
    drained_.emplace(ex, asio::steady_timer::time_point::max());
    while (auto line = co_await transport_.read()) {
        auto message = jsonrpc::parse(*line);
        if (!message)
            transport_.write(jsonrpc::serialize(message.error().reply));
        else if (auto* r = std::get_if<jsonrpc::request>(&*message))
            start(std::move(*r), ex);
        else if (auto* n = std::get_if<jsonrpc::notification>(&*message))
            cancel(*n);
    }
    while (!in_flight_.empty())
        co_await drained_->async_wait(asio::as_tuple(asio::use_awaitable));
}

void dispatcher::start(jsonrpc::request r, asio::any_io_executor ex)
{
    auto id = r.id;
    auto [entry, fresh] = in_flight_.try_emplace(id);
    if (!fresh) {
        transport_.write(jsonrpc::serialize(jsonrpc::response{
            std::move(id), jsonrpc::error(jsonrpc::errc::invalid_request, "id already in use")}));
        return;
    }
    auto finished = [this, id](std::exception_ptr failure, json::value result) {
        in_flight_.erase(id);
        if (auto reply = reply_for(id, std::move(failure), std::move(result)))
            transport_.write(jsonrpc::serialize(std::move(*reply)));
        drained_->cancel();
    };
    asio::co_spawn(
        ex,
        handler_(std::move(r)),
        asio::bind_cancellation_slot(entry->second.slot(), std::move(finished)));
}

void dispatcher::cancel(jsonrpc::notification const& n)
{
    if (n.method != "notifications/cancelled")
        return;
    auto const* id = n.params.if_contains("requestId");
    if (!id)
        return;
    auto it = in_flight_.end();
    if (auto const* i = id->if_int64())
        it = in_flight_.find(*i);
    else if (auto const* s = id->if_string())
        it = in_flight_.find(std::string(*s));
    if (it != in_flight_.end())
        it->second.emit(asio::cancellation_type::terminal);
}

}  // namespace mcp
