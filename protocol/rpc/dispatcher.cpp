#include "protocol/rpc/dispatcher.hpp"

#include "protocol/rpc/async.hpp"
#include "protocol/rpc/explain.hpp"
#include "protocol/rpc/launch.hpp"

#include <boost/asio/post.hpp>

namespace mcp {

namespace asio = boost::asio;
using asio::awaitable;
using jsonrpc::errc;

// The replies to one batch, which leave together once all are there.
struct dispatcher::batch {
    transport& peer;
    std::string replies;

    explicit batch(transport& t) : peer(t) {}
    batch(batch const&) = delete;
    batch& operator=(batch const&) = delete;
    ~batch()
    {
        if (!replies.empty())
            peer.write(replies + ']');
    }
    void add(std::string_view reply)
    {
        replies += replies.empty() ? '[' : ',';
        replies += reply;
    }
};

struct dispatcher::in_flight {
    asio::cancellation_signal signal;
    std::string method;
    std::shared_ptr<batch> of;
    bool cancelled = false;
    bool withdrawn = false;
};

// Our own requests that wait for an answer. Shared with the coroutines that wait, so that one which
// is destroyed after the dispatcher finds the table it leaves.
struct dispatcher::calls {
    struct waiting {
        explicit waiting(asio::any_io_executor const& ex) : changed(ex) {}
        event changed;
        std::optional<std::variant<json::value, jsonrpc::error>> outcome;
    };
    std::map<std::int64_t, waiting*> pending;
    std::int64_t last_id = 0;
    bool ended = false;

    void end()
    {
        ended = true;
        for (auto const& [id, call] : pending)
            call->changed.notify();
    }
};

dispatcher::dispatcher(
    transport& peer,
    request_handler on_request,
    notification_handler on_notification,
    dispatcher_limits limits,
    logger log)
    : transport_(peer),
      on_request_(std::move(on_request)),
      on_notification_(std::move(on_notification)),
      limits_(limits),
      log_(std::move(log)),
      parser_(limits.json),
      calls_(std::make_shared<calls>())
{
}

dispatcher::~dispatcher()
{
    calls_->end();
}

awaitable<void> dispatcher::run()
{
    std::exception_ptr failure;
    executor_ = co_await asio::this_coro::executor;
    idle_.emplace(executor_);
    try {
        co_await pump();
        calls_->end();
        if (on_end_)
            on_end_();
        idle_->expires_after(limits_.drain);
        if (!in_flight_.empty())
            co_await idle_->async_wait(asio::as_tuple(asio::use_awaitable));
    } catch (...) {
        failure = std::current_exception();
    }
    calls_->end();
    cancel_all();
    auto const state = co_await asio::this_coro::cancellation_state;
    if (!failure && state.cancelled() != asio::cancellation_type::none)
        failure =
            std::make_exception_ptr(boost::system::system_error(asio::error::operation_aborted));
    // The requests refer to what our caller owns: they must be gone before we return, even when we
    // are being cancelled.
    if (failure)
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!in_flight_.empty()) {
        idle_->expires_at(asio::steady_timer::time_point::max());
        co_await idle_->async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (failure)
        std::rethrow_exception(failure);
    try {
        co_await with_timeout(transport_.flush(), limits_.flush);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        log_.warning("the peer did not read its last replies");
    }
}

awaitable<void> dispatcher::pump()
{
    while (auto line = co_await transport_.read()) {
        // Let what has already finished be answered before the next request is refused as busy.
        if (in_flight_.size() >= limits_.in_flight)
            co_await asio::post(asio::use_awaitable);
        transport_.cork();
        if (line->too_long)
            reply({std::nullopt, jsonrpc::error(errc::invalid_request, "message too long")}, {});
        else
            receive(line->text);
    }
}

void dispatcher::receive(std::string_view line)
{
    auto value = parser_.parse(line);
    if (!value) {
        reply({std::nullopt, jsonrpc::unreadable(value.error())}, {});
    } else if (batches_ && value->is_array() && !value->get_array().empty()) {
        receive_batch(std::move(value->get_array()));
    } else {
        handle(std::move(*value), {});
    }
}

void dispatcher::receive_batch(json::array elements)
{
    auto const all = std::make_shared<batch>(transport_);
    for (auto& element : elements)
        handle(std::move(element), all);
}

void dispatcher::handle(json::value value, std::shared_ptr<batch> const& of)
{
    auto message = jsonrpc::from_json(std::move(value));
    if (!message)
        reply(message.error().reply, of);
    else if (auto* r = std::get_if<jsonrpc::request>(&*message))
        start(std::move(*r), of);
    else if (auto* answer = std::get_if<jsonrpc::response>(&*message))
        settle(std::move(*answer));
    else if (auto& n = std::get<jsonrpc::notification>(*message);
             n.method == "notifications/cancelled")
        cancel(n);
    else if (on_notification_)
        on_notification_(std::move(n));
}

void dispatcher::start(jsonrpc::request r, std::shared_ptr<batch> const& of)
{
    auto const refuse = [&](errc code, std::string const& why) {
        reply({r.id, jsonrpc::error(code, why)}, of);
    };
    if (!on_request_)
        return refuse(errc::method_not_found, "this end of the connection answers no requests");
    if (in_flight_.contains(r.id))
        return refuse(errc::invalid_request, "id is in use by a request that is not yet answered");
    if (in_flight_.size() >= limits_.in_flight)
        return refuse(
            errc::internal_error,
            "busy: " + std::to_string(limits_.in_flight) +
                " requests are in progress on this connection; wait for one of them");

    auto& entry = in_flight_[r.id];
    entry.method = r.method;
    entry.of = of;
    auto finished = [this, id = r.id](std::exception_ptr failure, json::value result) {
        finish(id, std::move(failure), std::move(result));
    };
    auto work = on_request_(std::move(r));
    launch(executor_, std::move(work), entry.signal.slot(), std::move(finished));
}

void dispatcher::finish(
    jsonrpc::request_id const& id, std::exception_ptr failure, json::value result)
{
    auto node = in_flight_.extract(id);
    auto const& entry = node.mapped();
    // basic/patterns/cancellation: no response for a cancelled request, even if it has one.
    if (!entry.cancelled && failure)
        reply({id, explain(failure, entry.method, log_)}, entry.of);
    else if (!entry.cancelled)
        reply({id, std::move(result)}, entry.of);
    if (in_flight_.empty())
        idle_->cancel();
}

void dispatcher::reply(jsonrpc::response const& r, std::shared_ptr<batch> const& of)
{
    line_.clear();
    jsonrpc::append(line_, r);
    if (of)
        of->add(line_);
    else
        transport_.write(line_);
}

void dispatcher::notify(jsonrpc::notification const& n)
{
    line_.clear();
    jsonrpc::append(line_, n);
    transport_.write(line_);
}

void dispatcher::cancel(jsonrpc::notification const& n)
{
    auto const* value = n.params.if_contains("requestId");
    auto const id = value ? jsonrpc::id_from(*value) : std::nullopt;
    auto const found = id ? in_flight_.find(*id) : in_flight_.end();
    if (found == in_flight_.end() || found->second.cancelled)
        return;  // unknown, or answered while this was on its way
    found->second.cancelled = found->second.withdrawn = true;
    found->second.signal.emit(asio::cancellation_type::terminal);
}

void dispatcher::cancel_all()
{
    for (auto& [id, entry] : in_flight_) {
        entry.cancelled = true;
        entry.signal.emit(asio::cancellation_type::terminal);
    }
}

bool dispatcher::is_active(jsonrpc::request_id const& id) const
{
    auto const found = in_flight_.find(id);
    return found != in_flight_.end() && !found->second.cancelled;
}

bool dispatcher::is_withdrawn(jsonrpc::request_id const& id) const
{
    auto const found = in_flight_.find(id);
    return found != in_flight_.end() && found->second.withdrawn;
}

awaitable<json::value> dispatcher::call(std::string method, json::object params)
{
    // Held by the frame: whatever ends it, no answer finds a place that is gone.
    struct registration {
        std::shared_ptr<calls> table;
        calls::waiting call;
        std::int64_t id;

        registration(std::shared_ptr<calls> t, asio::any_io_executor const& ex)
            : table(std::move(t)), call(ex), id(++table->last_id)
        {
            table->pending.emplace(id, &call);
        }
        registration(registration const&) = delete;
        registration& operator=(registration const&) = delete;
        ~registration() { table->pending.erase(id); }
    };

    auto executor = co_await asio::this_coro::executor;
    registration self(calls_, executor);
    if (!self.table->ended) {
        line_.clear();
        jsonrpc::append(line_, jsonrpc::request{self.id, std::move(method), std::move(params)});
        transport_.write(line_);
    }
    try {
        while (!self.call.outcome && !self.table->ended)
            co_await self.call.changed.wait();
    } catch (boost::system::system_error const&) {
        if (!self.table->ended) {
            json::object which{{"requestId", self.id}, {"reason", "cancelled"}};
            notify({"notifications/cancelled", std::move(which)});
        }
        throw;
    }
    if (!self.call.outcome)
        throw boost::system::system_error(asio::error::eof, "the connection ended");
    if (auto* failure = std::get_if<jsonrpc::error>(&*self.call.outcome))
        throw jsonrpc::error(*failure);
    co_return std::get<json::value>(std::move(*self.call.outcome));
}

void dispatcher::settle(jsonrpc::response r)
{
    auto const* id = r.id ? std::get_if<std::int64_t>(&*r.id) : nullptr;
    auto const found = id ? calls_->pending.find(*id) : calls_->pending.end();
    if (found != calls_->pending.end()) {
        found->second->outcome = std::move(r.outcome);
        found->second->changed.notify();
    } else if (auto const* failure = std::get_if<jsonrpc::error>(&r.outcome); failure && !r.id) {
        log_.warning(std::string("the peer could not read a message: ") + failure->what());
    }
}

}  // namespace mcp
