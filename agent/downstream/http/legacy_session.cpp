#include "agent/downstream/http/legacy_session.hpp"

#include "protocol/version.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

namespace {

constexpr auto poll_pause = std::chrono::milliseconds(1000);
constexpr auto longest_poll_pause = std::chrono::milliseconds(30'000);
constexpr auto send_limit = std::chrono::milliseconds(10'000);  // for what nobody waits for
constexpr auto farewell_limit = std::chrono::milliseconds(400);
constexpr int most_resumptions = 5;  // in a row that brought nothing
constexpr std::size_t longest_id = 1024;

// Visible ASCII, as the specification asks; it goes into a header.
bool is_session_id(std::string_view id)
{
    auto const visible = [](char c) { return c > 0x20 && c < 0x7F; };
    return id.size() <= longest_id && std::all_of(id.begin(), id.end(), visible);
}

// The header came with 2025-06-18.
bool has_version_header(std::string_view version)
{
    auto const known = mcp::version_from(version);
    return known && *known >= mcp::protocol_version::v2025_06_18;
}

void take_position(
    http_exchange const& exchange, std::string& last, std::chrono::milliseconds& wait)
{
    if (!exchange.last_event_id().empty())
        last = exchange.last_event_id();
    if (auto const pause = exchange.reconnection_time())
        wait = std::min(*pause, longest_poll_pause);
}

std::string serialized(mcp::jsonrpc::message const& m)
{
    return mcp::jsonrpc::serialize(m);
}

}  // namespace

// A request of ours, and what has come of it.
struct legacy_session::awaited {
    std::int64_t id;
    bool opens_session;
    position at;
    std::optional<mcp::jsonrpc::response> response;
};

legacy_session::legacy_session(
    asio::any_io_executor ex, downstream_server const& server, downstream_question on_question)
    : executor_(std::move(ex)),
      endpoint_(*server.endpoint),
      max_message_(server.max_message),
      has_questions_(server.answer && !server.capabilities.empty()),
      questions_(std::make_shared<server_questions>(executor_, std::move(on_question)))
{
}

http_request legacy_session::with_session(http_request request) const
{
    if (!id_.empty())
        request.headers.emplace_back("Mcp-Session-Id", id_);
    if (has_version_header(version_))
        request.headers.emplace_back("MCP-Protocol-Version", version_);
    return request;
}

http_request legacy_session::post(std::string message) const
{
    return with_session(message_post(endpoint_, std::move(message)));
}

http_request legacy_session::resume(position const& at) const
{
    http_request out;
    out.url = endpoint_.url;
    out.headers = endpoint_.headers;
    out.headers.emplace_back("Accept", "text/event-stream");
    if (!at.last_event.empty())
        out.headers.emplace_back("Last-Event-ID", at.last_event);
    return with_session(std::move(out));
}

awaitable<json::value> legacy_session::request(downstream_request r)
{
    auto const self = shared_from_this();
    awaited call{++last_request_, r.method == "initialize", {{}, poll_pause}, std::nullopt};
    auto text =
        serialized(mcp::jsonrpc::request{call.id, std::move(r.method), std::move(r.params)});
    http_request first;
    if (call.opens_session)
        first = message_post(endpoint_, std::move(text));
    else
        first = post(std::move(text));
    try {
        co_return co_await answered(call, std::move(first));
    } catch (boost::system::system_error const&) {
        // Disconnecting is no cancellation in this era; initialize must not be cancelled.
        if (!call.opens_session && !closed_) {
            json::object which{{"requestId", call.id}, {"reason", "cancelled"}};
            post_later(serialized(
                mcp::jsonrpc::notification{"notifications/cancelled", std::move(which)}));
        }
        throw;
    }
}

awaitable<json::value> legacy_session::answered(awaited& call, http_request first)
{
    bool came = false;
    bool document = false;
    {
        http_exchange exchange(endpoint_, std::move(first), max_message_);
        co_await opened(exchange, call.opens_session);
        came = co_await heard(exchange, call);
        document = !exchange.is_stream();
    }
    if (!came && document)
        throw transport_error(
            transport_errc::malformed, "it answered the request with no answer to it");
    for (int tries = 0; !came && !closed_ && !call.at.last_event.empty(); ++tries) {
        if (tries == most_resumptions)
            break;
        co_await mcp::sleep_for(call.at.pause);
        auto const before = call.at.last_event;
        http_exchange exchange(endpoint_, resume(call.at), max_message_);
        co_await opened(exchange, false);
        came = co_await heard(exchange, call);
        if (call.at.last_event != before)
            tries = 0;
    }
    if (!came)
        throw transport_error(
            transport_errc::lost, "its answer ended before the message was there");
    co_return outcome(std::move(*call.response));
}

// Throws unless the request was taken.
awaitable<void> legacy_session::opened(http_exchange& exchange, bool opens_session)
{
    co_await exchange.open();
    if (exchange.status() == 404 && !id_.empty() && !opens_session)
        throw transport_error(transport_errc::session_gone, "it has ended the session");
    if (!exchange.succeeded())
        co_await exchange.explain();
    if (!opens_session)
        co_return;
    auto const id = exchange.header("mcp-session-id");
    if (!is_session_id(id))
        throw transport_error(
            transport_errc::malformed, "it gave a session id that no header can hold");
    id_ = id;
}

// Reads one stream to its end or to the answer. True: it is there. A stream that breaks off is one
// that ended, if it can be taken up again.
awaitable<bool> legacy_session::heard(http_exchange& exchange, awaited& call)
{
    try {
        for (;;) {
            auto message = co_await exchange.next();
            take_position(exchange, call.at.last_event, call.at.pause);
            if (!message)
                co_return false;
            auto* response = std::get_if<mcp::jsonrpc::response>(&*message);
            if (!response) {
                take(std::move(*message));
            } else if (answers(*response, call.id)) {
                call.response = std::move(*response);
                co_return true;
            }
        }
    } catch (transport_error const& e) {
        take_position(exchange, call.at.last_event, call.at.pause);
        if (e.kind != transport_errc::lost || call.at.last_event.empty())
            throw;
    }
    co_return false;
}

void legacy_session::take(mcp::jsonrpc::message message)
{
    questions_->take(std::move(message), [self = shared_from_this()](std::string reply) {
        return self->send(std::move(reply));
    });
}

// What comes back to it does not matter, as long as it comes.
awaitable<void> legacy_session::send(std::string message)
{
    auto const self = shared_from_this();
    http_exchange exchange(endpoint_, post(std::move(message)), max_message_);
    try {
        co_await mcp::with_timeout(exchange.open(), send_limit);
    } catch (transport_error const&) {
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
    }
}

void legacy_session::post_later(std::string message)
{
    asio::co_spawn(executor_, send(std::move(message)), [](std::exception_ptr) {});
}

awaitable<void> legacy_session::notify(mcp::jsonrpc::notification n)
{
    auto const self = shared_from_this();
    bool const opens = n.method == "notifications/initialized";
    co_await send(serialized(std::move(n)));
    if (opens && has_questions_)
        start_listening();
}

void legacy_session::start_listening()
{
    if (closed_ || std::exchange(listens_, true))
        return;
    asio::co_spawn(
        executor_,
        listen(),
        asio::bind_cancellation_slot(
            listening_.slot(),
            [self = shared_from_this()](std::exception_ptr) { self->listens_ = false; }));
}

awaitable<void> legacy_session::listen()
{
    auto const self = shared_from_this();
    position at{{}, poll_pause};
    for (int tries = 0; tries < most_resumptions && !closed_; ++tries) {
        auto const before = at.last_event;
        bool const again = co_await listened(at);
        if (!again)
            co_return;
        if (at.last_event != before)
            tries = 0;
        co_await mcp::sleep_for(at.pause);
    }
}

// False: there is no such stream, which is usual (405), or no session any more.
awaitable<bool> legacy_session::listened(position& at)
{
    http_exchange exchange(endpoint_, resume(at), max_message_);
    try {
        co_await exchange.open();
        if (!exchange.succeeded() || !exchange.is_stream())
            co_return false;
        while (auto message = co_await exchange.next())
            take(std::move(*message));
    } catch (transport_error const& e) {
        if (e.kind == transport_errc::denied || e.kind == transport_errc::malformed)
            co_return false;
    }
    take_position(exchange, at.last_event, at.pause);
    co_return true;
}

// From outside the loop an emission is only queued, with a bare pointer to what hangs on the
// signal: that has to be there until then.
void legacy_session::close()
{
    if (std::exchange(closed_, true))
        return;
    listening_.emit(asio::cancellation_type::terminal);
    questions_->close();
    asio::post(executor_, [self = shared_from_this()] {});
    if (id_.empty())
        return;
    http_request farewell;
    farewell.url = endpoint_.url;
    farewell.method = "DELETE";
    farewell.headers = endpoint_.headers;
    asio::co_spawn(executor_, leave(with_session(std::move(farewell))), [](std::exception_ptr) {});
}

// 405 is as good as 200: such a server ends its sessions by itself.
awaitable<void> legacy_session::leave(http_request farewell)
{
    http_exchange exchange(endpoint_, std::move(farewell), max_message_);
    co_await mcp::with_timeout(exchange.open(), farewell_limit);
}

}  // namespace agent
