#include "agent/downstream/http/http_exchange.hpp"

#include "agent/http/curl_multi.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace agent {

namespace asio = boost::asio;
namespace json = boost::json;
using asio::awaitable;

namespace {

constexpr auto usual_pause = std::chrono::milliseconds(500);
constexpr auto longest_pause = std::chrono::seconds(60);

http_options unlimited()
{
    http_options out;
    // A stream may go on for hours. What is bounded is a message; nothing else is kept.
    out.max_response = std::numeric_limits<std::size_t>::max() / 2;
    return out;
}

// "application/json; charset=utf-8" is application/json.
std::string media_type(std::string_view header)
{
    std::string out;
    for (char const c : header.substr(0, header.find(';')))
        if (c != ' ' && c != '\t')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string answered(int status)
{
    return "it answered HTTP " + std::to_string(status);
}

// Of a date, which is the other form, nothing is made.
std::chrono::milliseconds pause_in(std::string_view retry_after)
{
    unsigned seconds = 0;
    auto const* end = retry_after.data() + retry_after.size();
    auto const [stop, failure] = std::from_chars(retry_after.data(), end, seconds);
    if (retry_after.empty() || failure != std::errc() || stop != end)
        return usual_pause;
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), longest_pause);
}

transport_error failed(http_error const& e)
{
    switch (e.kind) {
    case http_errc::broken:
        return {transport_errc::lost, e.message};
    case http_errc::redirected:
        return {transport_errc::denied, e.message};
    case http_errc::too_large:
        return {transport_errc::malformed, e.message};
    default:
        return {transport_errc::unreachable, e.message};
    }
}

}  // namespace

http_request message_post(http_endpoint const& endpoint, std::string message)
{
    http_request out;
    out.url = endpoint.url;
    out.method = "POST";
    out.body = std::move(message);
    out.headers = endpoint.headers;
    out.headers.emplace_back("Content-Type", "application/json");
    out.headers.emplace_back("Accept", "application/json, text/event-stream");
    return out;
}

bool answers(mcp::jsonrpc::response const& r, std::int64_t id)
{
    return !r.id || *r.id == mcp::jsonrpc::request_id(id);
}

json::value outcome(mcp::jsonrpc::response r)
{
    if (auto const* failure = std::get_if<mcp::jsonrpc::error>(&r.outcome))
        throw mcp::jsonrpc::error(*failure);
    return std::get<json::value>(std::move(r.outcome));
}

http_exchange::http_exchange(
    http_endpoint const& endpoint, http_request request, std::size_t max_message)
    : transfer_(*endpoint.transfers, std::move(request), unlimited()),
      max_message_(max_message),
      events_(mcp::sse_limits{max_message, max_message})
{
}

awaitable<void> http_exchange::open()
{
    auto const ready = co_await transfer_.headers();
    if (ready.has_error())
        throw failed(ready.error());
    streams_ = media_type(header("content-type")) == "text/event-stream";
    if (status() == 401 || status() == 403)
        throw transport_error(
            transport_errc::denied,
            answered(status()) + ": it wants a key or a token, or another one than it was given");
    if (status() == 429 || status() == 503)
        throw transport_error(
            transport_errc::busy,
            answered(status()) + ": it is busy, ask again later",
            pause_in(header("retry-after")));
}

awaitable<std::optional<mcp::jsonrpc::message>> http_exchange::next()
{
    while (messages_.empty()) {
        bool const more = co_await read_more();
        if (!more && messages_.empty())
            co_return std::nullopt;
    }
    std::optional<mcp::jsonrpc::message> out(std::move(messages_.front()));
    messages_.pop_front();
    co_return out;
}

awaitable<bool> http_exchange::read_more()
{
    if (ended_)
        co_return false;
    auto piece = co_await transfer_.read();
    if (piece.has_error())
        throw failed(piece.error());
    if (!*piece) {
        ended_ = true;
        if (!streams_)
            take_document();
        co_return false;
    }
    if (!streams_) {
        if ((*piece)->size() > max_message_ - document_.size())
            throw transport_error(transport_errc::malformed, "it sent a message that is too long");
        document_ += **piece;
        co_return true;
    }
    std::vector<mcp::sse_event> events;
    auto const fault = events_.feed(**piece, events);
    for (auto const& event : events)
        if (event.type.empty() || event.type == "message")
            take_message(event.data, false);
    if (fault != mcp::sse_errc::none)
        throw transport_error(transport_errc::malformed, "it sent a message that is too long");
    co_return true;
}

void http_exchange::take_document()
{
    if (document_.empty())
        return;
    auto const type = media_type(header("content-type"));
    if (type != "application/json")
        throw transport_error(
            transport_errc::malformed,
            "it answered with " +
                (type.empty() ? std::string("something") : mcp::sanitize_line(type, 60)) +
                " instead of JSON or an event stream");
    take_message(document_, true);
    document_.clear();
}

void http_exchange::take_message(std::string_view text, bool must_be_one)
{
    auto value = parser_.parse(text);
    bool good = value.has_value();
    auto const take = [&](json::value element) {
        auto message = mcp::jsonrpc::from_json(std::move(element));
        good = good && message.has_value();
        if (message)
            messages_.push_back(std::move(*message));
    };
    // Servers of 2025-03-26 may send several as one.
    if (good && value->is_array()) {
        for (auto& element : value->get_array())
            take(std::move(element));
    } else if (good) {
        take(std::move(*value));
    }
    if (!good && must_be_one)
        throw transport_error(
            transport_errc::malformed, "it answered with something else than a message of MCP");
}

awaitable<void> http_exchange::explain()
{
    auto const kind = status() < 500 ? transport_errc::refused : transport_errc::unreachable;
    transport_error const refusal(kind, answered(status()));
    for (;;) {
        std::optional<mcp::jsonrpc::message> message;
        try {
            message = co_await next();
        } catch (transport_error const&) {
            throw refusal;
        }
        if (!message)
            throw refusal;
        auto* response = std::get_if<mcp::jsonrpc::response>(&*message);
        auto const* error =
            response ? std::get_if<mcp::jsonrpc::error>(&response->outcome) : nullptr;
        if (error)
            throw mcp::jsonrpc::error(*error);
    }
}

awaitable<json::value> http_exchange::answer(std::int64_t id)
{
    if (!succeeded())
        co_await explain();
    for (;;) {
        auto message = co_await next();
        if (!message)
            break;
        auto* response = std::get_if<mcp::jsonrpc::response>(&*message);
        if (response && answers(*response, id))
            co_return outcome(std::move(*response));
    }
    if (streams_)
        throw transport_error(
            transport_errc::lost, "its answer ended before the message was there");
    throw transport_error(
        transport_errc::malformed, answered(status()) + " and no answer to the request");
}

}  // namespace agent
