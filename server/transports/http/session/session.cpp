#include "server/transports/http/session/session.hpp"

#include "protocol/errors.hpp"
#include "protocol/rpc/launch.hpp"
#include "server/transports/http/endpoint.hpp"

#include <algorithm>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;
using mcp::jsonrpc::errc;
using mcp::jsonrpc::request_id;

struct http_session::unfinished {
    unfinished(std::string m, std::shared_ptr<session_stream> s, counted p)
        : method(std::move(m)), stream(std::move(s)), place(std::move(p))
    {
    }
    asio::cancellation_signal signal;
    std::string method;
    std::shared_ptr<session_stream> stream;
    counted place;
    bool cancelled = false;
    bool withdrawn = false;
};

// A request of the server's that the client has not answered.
struct http_session::waiting {
    std::optional<std::variant<mcp::json::value, mcp::jsonrpc::error>> outcome;
};

http_session::http_session(
    http_endpoint& endpoint,
    std::string id,
    std::string principal,
    std::shared_ptr<std::size_t> logged)
    : endpoint_(endpoint),
      id_(std::move(id)),
      state_({}, std::move(principal)),
      log_(endpoint.limits().event_log, std::move(logged), endpoint.limits().event_logs),
      changed_(endpoint.executor())
{
}

http_session::~http_session() = default;

bool http_session::primes() const
{
    return is_resumable() && state_.is_open() && mcp::has_priming_events(state_.client()->version);
}

std::optional<mcp::jsonrpc::error>
http_session::refuses(request_id const& id, std::vector<mcp::jsonrpc::request> const& before) const
{
    if (requests_.contains(id) || std::ranges::count(before, id, &mcp::jsonrpc::request::id) > 0)
        return mcp::jsonrpc::error(
            errc::invalid_request, "id is in use by a request that is not yet answered");
    if (requests_.size() + before.size() >= endpoint_.limits().session_requests)
        return endpoint_.busy();
    return endpoint_.refuses();
}

std::shared_ptr<exchange> http_session::serve(
    std::vector<mcp::jsonrpc::request> requests,
    std::vector<mcp::jsonrpc::response> refused,
    mcp::addressed to,
    bool batch,
    http_reply& peer,
    reply_forms forms)
{
    auto stream =
        std::make_shared<session_stream>(shared_from_this(), ++last_stream_, &peer, forms);
    stream->expect(requests.size() + refused.size(), batch);
    streams_.emplace(stream->number(), stream);
    for (auto const& r : refused)
        stream->respond(r);
    try {
        for (auto& r : requests)
            start(std::move(r), to, stream);
    } catch (...) {
        stream->left();  // the connection will not know of it
        throw;
    }
    return stream;
}

void http_session::start(
    mcp::jsonrpc::request request, mcp::addressed to, std::shared_ptr<session_stream> const& stream)
{
    auto const entry =
        std::make_shared<unfinished>(request.method, stream, endpoint_.take_request());
    requests_.emplace(request.id, entry);
    // The coroutine's own: it holds what it refers to for as long as its frame lives.
    auto run = [](std::shared_ptr<http_endpoint> endpoint,
                  std::shared_ptr<http_session> self,
                  mcp::jsonrpc::request r,
                  mcp::addressed how) -> awaitable<mcp::json::value> {
        co_return co_await endpoint->server().answer(std::move(r), how, self->state_, *self);
    };
    auto finished = [self = shared_from_this(), id = request.id, entry](
                        std::exception_ptr failure, mcp::json::value result) {
        self->finish(id, failure, std::move(result));
    };
    auto work = run(endpoint_.shared_from_this(), shared_from_this(), std::move(request), to);
    mcp::launch(endpoint_.executor(), std::move(work), entry->signal.slot(), std::move(finished));
}

void http_session::finish(
    request_id const& id, std::exception_ptr const& failure, mcp::json::value result)
{
    auto const node = requests_.extract(id);
    auto const& entry = *node.mapped();
    // basic/utilities/cancellation: no response for a cancelled request, even if it has one.
    if (entry.cancelled)
        return entry.stream->forget();
    if (failure) {
        mcp::jsonrpc::response const reply{id, endpoint_.explain(failure, entry.method)};
        return entry.stream->respond(reply);
    }
    mcp::jsonrpc::response const reply{id, std::move(result)};
    if (entry.method != "initialize" || id_.empty())
        return entry.stream->respond(reply);
    endpoint_.sessions().open(shared_from_this());
    entry.stream->respond(reply, "Mcp-Session-Id: " + id_ + "\r\n");
}

void http_session::hear(mcp::jsonrpc::notification const& n)
{
    if (n.method != "notifications/cancelled")
        return;
    auto const* value = n.params.if_contains("requestId");
    if (auto const id = value ? mcp::jsonrpc::id_from(*value) : std::nullopt)
        cancel(*id);
}

void http_session::cancel(request_id const& id)
{
    auto const found = requests_.find(id);
    if (found == requests_.end() || found->second->cancelled)
        return;  // unknown, or answered while this was on its way
    auto const entry = found->second;
    entry->cancelled = true;
    entry->withdrawn = !ended_;
    entry->signal.emit(asio::cancellation_type::terminal);
}

void http_session::end()
{
    if (std::exchange(ended_, true))
        return;
    changed_.notify();
    endpoint_.server().end_subscriptions(&state_);
    auto const requests = requests_;
    for (auto const& [id, entry] : requests)
        cancel(id);
    auto const streams = streams_;
    for (auto const& [number, stream] : streams)
        stream->close();
}

bool http_session::withdrawn(request_id const& about) const
{
    auto const found = requests_.find(about);
    return found != requests_.end() && found->second->withdrawn;
}

session_stream* http_session::stream_about(request_id const& about)
{
    auto const found = requests_.find(about);
    if (found == requests_.end() || found->second->cancelled)
        return nullptr;
    return found->second->stream.get();
}

void http_session::notify(request_id const& about, mcp::jsonrpc::notification n)
{
    if (auto* stream = stream_about(about))
        stream->say(n);
}

void http_session::release(request_id const& about)
{
    if (auto* stream = stream_about(about))
        stream->release();
}

awaitable<void> http_session::drained()
{
    auto const is_drained = [this] {
        for (auto const& [number, stream] : streams_)
            if (!stream->is_drained())
                return false;
        return true;
    };
    while (!ended_ && !is_drained())
        co_await changed_.wait();
}

awaitable<mcp::json::value>
http_session::call(request_id const& about, std::string method, mcp::json::object params)
{
    // Held by the frame: whatever ends it, no answer finds a place that is gone.
    struct registration {
        std::shared_ptr<http_session> owner;
        waiting call;
        std::int64_t id;

        explicit registration(std::shared_ptr<http_session> o)
            : owner(std::move(o)), id(++owner->last_call_)
        {
            owner->calls_.emplace(id, &call);
        }
        registration(registration const&) = delete;
        registration& operator=(registration const&) = delete;
        ~registration() { owner->calls_.erase(id); }
    };

    registration self(shared_from_this());
    mcp::jsonrpc::request const request{self.id, std::move(method), std::move(params)};
    auto const say = [&](auto const& message) {
        auto* stream = stream_about(about);
        if (stream && stream->say(message))
            return true;
        auto const listening = streams_.find(session_stream::listening);
        return listening != streams_.end() && listening->second->say(message);
    };
    // Without an id no answer can find its way back.
    if (id_.empty() || ended_ || !say(request))
        throw boost::system::system_error(asio::error::eof, "the client cannot be asked");
    try {
        while (!self.call.outcome && !ended_)
            co_await changed_.wait();
    } catch (boost::system::system_error const&) {
        mcp::json::object which{{"requestId", self.id}, {"reason", "cancelled"}};
        auto const listening = streams_.find(session_stream::listening);
        mcp::jsonrpc::notification const cancelled{"notifications/cancelled", std::move(which)};
        if (auto const found = requests_.find(about); found != requests_.end())
            found->second->stream->say(cancelled);
        else if (listening != streams_.end())
            listening->second->say(cancelled);
        throw;
    }
    if (!self.call.outcome)
        throw boost::system::system_error(asio::error::eof, "the session ended");
    if (auto* failure = std::get_if<mcp::jsonrpc::error>(&*self.call.outcome))
        throw mcp::jsonrpc::error(*failure);
    co_return std::get<mcp::json::value>(std::move(*self.call.outcome));
}

void http_session::settle(mcp::jsonrpc::response r)
{
    auto const* id = r.id ? std::get_if<std::int64_t>(&*r.id) : nullptr;
    auto const found = id ? calls_.find(*id) : calls_.end();
    if (found == calls_.end())
        return;
    found->second->outcome = std::move(r.outcome);
    changed_.notify();
}

std::shared_ptr<exchange> http_session::listen(http_reply& peer, std::optional<event_id> after)
{
    auto const number = after ? after->stream : session_stream::listening;
    auto const found = streams_.find(number);
    if (found != streams_.end() && after) {
        found->second->attach(peer, *after);
        return found->second;
    }
    if (found != streams_.end()) {
        endpoint_.refuse(refuse(409, "This session has a stream already: one GET at a time"), peer);
        return nullptr;
    }
    if (number != session_stream::listening && !log_.has_after(*after)) {
        endpoint_.refuse(refuse(400, "Nothing more is kept of this stream"), peer);
        return nullptr;
    }
    reply_forms forms;
    forms.json = false;
    auto* const first = after ? nullptr : &peer;
    auto stream = std::make_shared<session_stream>(shared_from_this(), number, first, forms);
    if (number == session_stream::listening)
        stream->continue_from(listened_);
    if (after)
        stream->attach(peer, *after);
    else
        stream->open();
    if (number != session_stream::listening) {
        stream->close();  // it ended while nobody was there
        return nullptr;
    }
    streams_.emplace(number, stream);
    start_relay(stream);
    return stream;
}

void http_session::start_relay(std::shared_ptr<session_stream> stream)
{
    relay_ = std::make_shared<asio::cancellation_signal>();
    auto run = [](std::shared_ptr<http_endpoint> endpoint,
                  std::shared_ptr<http_session> self,
                  std::shared_ptr<session_stream> to) -> awaitable<void> {
        std::function<void(mcp::jsonrpc::notification)> const send =
            [&to](mcp::jsonrpc::notification n) { to->say(n); };
        std::function<awaitable<void>()> const drained = [&self] { return self->drained(); };
        co_await endpoint->server().relay(self->state_, send, drained);
    };
    auto ended = [place = std::make_shared<counted>(endpoint_.take_stream()),
                  signal = relay_](std::exception_ptr) {};
    asio::co_spawn(
        endpoint_.executor(),
        run(endpoint_.shared_from_this(), shared_from_this(), std::move(stream)),
        asio::bind_cancellation_slot(relay_->slot(), std::move(ended)));
}

void http_session::gone(session_stream& stream)
{
    changed_.notify();
    if (stream.number() == session_stream::listening)
        finished(stream);
}

void http_session::finished(session_stream& stream)
{
    auto const found = streams_.find(stream.number());
    if (found == streams_.end() || found->second.get() != &stream)
        return;
    if (stream.number() == session_stream::listening) {
        listened_ = stream.place();
        relay_->emit(asio::cancellation_type::terminal);
    }
    // Last: it may be what keeps the stream.
    streams_.erase(found);
}

}  // namespace server
