#include "agent/models/response_source.hpp"

#include "agent/http/curl_multi.hpp"

namespace agent {

using boost::asio::awaitable;
using boost::system::result;
using piece = result<std::optional<std::string>, http_error>;

namespace {

// What decides something: model-apis 1.1.
constexpr char const* kept_headers[] = {
    "content-type", "request-id", "retry-after", "retry-after-ms", "x-should-retry"};

// Unless the reader says otherwise by what it reads next, this is where it stopped.
wire_failure unread()
{
    return {http_errc::timed_out, "the rest of the answer was not waited for"};
}

wire_failure failure_of(http_error const& error)
{
    return {error.kind, error.message};
}

}  // namespace

live_response::live_response(
    curl_multi& http, http_request request, http_options const& options, wire_exchange* kept)
    : transfer_(http, std::move(request), options), kept_(kept)
{
}

awaitable<result<void, http_error>> live_response::headers()
{
    if (kept_)
        kept_->failure = unread();
    auto out = co_await transfer_.headers();
    if (kept_ && !out)
        kept_->failure = failure_of(out.error());
    if (kept_ && out) {
        kept_->status = status();
        for (auto const* name : kept_headers)
            if (auto const value = header(name); !value.empty())
                kept_->headers.push_back({name, std::string(value)});
    }
    co_return out;
}

awaitable<piece> live_response::read()
{
    auto out = co_await transfer_.read();
    if (!kept_)
        co_return out;
    kept_->failure = unread();
    if (!out)
        kept_->failure = failure_of(out.error());
    else if (!*out)
        kept_->failure.reset();
    else
        kept_->response += **out;
    co_return out;
}

awaitable<result<void, http_error>> recorded_response::headers()
{
    if (played_.status == 0)
        co_return http_error(
            played_.failure ? played_.failure->kind : http_errc::unreachable,
            played_.failure ? played_.failure->message : "no response was recorded");
    co_return result<void, http_error>();
}

awaitable<piece> recorded_response::read()
{
    if (!std::exchange(read_, true) && !played_.response.empty())
        co_return std::optional(played_.response);
    if (played_.failure)
        co_return http_error(played_.failure->kind, played_.failure->message);
    co_return std::optional<std::string>();
}

std::string_view recorded_response::header(std::string_view name) const
{
    for (auto const& kept : played_.headers)
        if (kept.name == name)
            return kept.value;
    return {};
}

}  // namespace agent
