#include "agent/models/model_exchange.hpp"

#include "agent/http/curl_multi.hpp"
#include "agent/models/model_errors.hpp"
#include "agent/models/response_source.hpp"
#include "agent/models/tape/wire_tape.hpp"
#include "protocol/rpc/async.hpp"

#include <fmt/format.h>

namespace agent {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using turn_result = boost::system::result<turn, model_error>;

namespace {

constexpr std::size_t largest_refusal = std::size_t(64) << 10;

model_errc kind_of(http_errc kind)
{
    switch (kind) {
    case http_errc::timed_out:
        return model_errc::timed_out;
    case http_errc::broken:
    case http_errc::too_large:
        return model_errc::broken_stream;
    case http_errc::redirected:
        return model_errc::not_found;
    case http_errc::refused:
        return model_errc::invalid_request;
    default:
        return model_errc::unreachable;
    }
}

model_error too_slow(std::string_view what, std::chrono::milliseconds limit, bool retryable)
{
    model_error out(
        model_errc::timed_out, fmt::format("The model API {} {} ms.", what, limit.count()));
    out.retryable = retryable;
    return out;
}

model_error not_a_stream(std::string_view type)
{
    auto const said = type.empty() ? std::string("nothing of the kind") : one_line(type, 60);
    model_error out(
        model_errc::broken_stream,
        fmt::format("The model API answered with {} instead of an event stream.", said));
    out.retryable = true;
    out.status = 200;
    return out;
}

bool is_timeout(boost::system::system_error const& e)
{
    return e.code() == asio::error::timed_out;
}

std::int64_t since(clock::time_point start)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start).count();
}

asio::awaitable<turn_result> receive(
    response_source& t,
    http_limits const& limits,
    answer_stream& stream,
    std::optional<std::int64_t>& first_token,
    clock::time_point start)
{
    mcp::sse_parser parser;
    std::vector<mcp::sse_event> events;
    bool stalled = false;
    try {
        while (!stream.complete() && !stream.error()) {
            auto piece = co_await mcp::with_timeout(t.read(), limits.idle);
            if (!piece)
                co_return as_model_error(piece.error());
            if (!*piece)
                break;
            events.clear();
            auto const failure = parser.feed(**piece, events);
            for (auto const& event : events)
                stream.feed(event);
            if (!first_token && stream.begun())
                first_token = since(start);
            if (failure != mcp::sse_errc::none && !stream.complete() && !stream.error())
                co_return model_error(
                    model_errc::broken_stream,
                    fmt::format(
                        "The answer of the model API is not usable: {}.", describe(failure)));
        }
    } catch (boost::system::system_error const& e) {
        if (!is_timeout(e))
            throw;
        stalled = true;
    }
    if (stalled)
        co_return too_slow("sent nothing more for", limits.idle, true);
    stream.close();
    if (stream.complete())
        co_return stream.result();
    if (stream.error())
        co_return *stream.error();
    model_error cut(
        model_errc::broken_stream, "The answer of the model API ended before it was complete.");
    cut.retryable = true;
    co_return cut;
}

asio::awaitable<turn_result>
answered(response_source& t, model_endpoint const& at, answer_stream& stream)
{
    auto const start = clock::now();
    std::optional<std::int64_t> first_token;
    bool late = false;
    try {
        auto headers = co_await mcp::with_timeout(t.headers(), at.limits.first_byte);
        if (!headers)
            co_return as_model_error(headers.error());
    } catch (boost::system::system_error const& e) {
        if (!is_timeout(e))
            throw;
        late = true;
    }
    if (late)
        co_return too_slow("did not begin to answer within", at.limits.first_byte, true);
    if (t.status() != 200)
        co_return co_await refusal(t, at);
    if (!t.header("content-type").starts_with("text/event-stream"))
        co_return not_a_stream(t.header("content-type"));
    auto out = co_await receive(t, at.limits, stream, first_token, start);
    if (out) {
        out->request_id = one_line(t.header("request-id"), 100);
        out->first_token_ms = first_token;
        out->time_ms = since(start);
        co_return out;
    }
    auto error = out.error();
    error.status = t.status();
    error.streaming = true;
    if (error.request_id.empty())
        error.request_id = one_line(t.header("request-id"), 100);
    co_return error;
}

asio::awaitable<turn_result>
sent(curl_multi& http, http_request request, model_endpoint const& at, answer_stream& stream)
{
    wire_exchange kept;
    if (at.recorder) {
        kept.url = request.url;
        kept.request = request.body;
    }
    auto* const keep = at.recorder ? &kept : nullptr;
    live_response t(http, std::move(request), at.http, keep);
    auto out = co_await answered(t, at, stream);
    // Complete is what the stream says is; its server may not have hung up yet.
    if (out)
        kept.failure.reset();
    if (at.recorder)
        if (auto const written = at.recorder->write(std::move(kept)); !written)
            at.log.warning(written.error());
    co_return out;
}

asio::awaitable<turn_result>
played(http_request const& request, model_endpoint const& at, answer_stream& stream)
{
    auto const next = at.player->next(request.body);
    if (!next.what)
        co_return model_error(
            model_errc::unreachable,
            fmt::format("All {} recorded answers were played.", at.player->size()));
    if (!next.exact)
        at.log.info("this request was not recorded: the next recorded answer is played");
    recorded_response t(*next.what);
    co_return co_await answered(t, at, stream);
}

}  // namespace

model_error as_model_error(http_error const& error)
{
    model_error out(kind_of(error.kind), "The model API: " + error.message);
    out.retryable = error.kind == http_errc::timed_out || error.kind == http_errc::broken ||
                    error.kind == http_errc::unreachable;
    return out;
}

// Its body matters less than its status, so a body that does not arrive is none.
asio::awaitable<model_error> refusal(response_source& response, model_endpoint const& at)
{
    std::string body;
    try {
        while (body.size() < largest_refusal) {
            auto piece = co_await mcp::with_timeout(response.read(), at.http.connect_timeout);
            if (!piece || !*piece)
                break;
            body += **piece;
        }
    } catch (boost::system::system_error const& e) {
        if (!is_timeout(e))
            throw;
    }
    failed_response failed;
    failed.status = response.status();
    failed.body = body;
    failed.retry_after_ms = response.header("retry-after-ms");
    failed.retry_after = response.header("retry-after");
    failed.should_retry = response.header("x-should-retry");
    failed.request_id = response.header("request-id");
    auto const now = std::chrono::system_clock::now();
    co_return classify(failed, at.key, now);
}

void add_credential(http_request& request, credential const& key)
{
    request.headers.emplace_back("user-agent", "nextjs-backend-engineer");
    if (key.key.empty())
        return;
    if (key.sent_as == credential::scheme::api_key)
        request.headers.emplace_back("x-api-key", key.key.reveal());
    else
        request.headers.emplace_back("authorization", "Bearer " + key.key.reveal());
}

http_request model_request_to(
    std::string url,
    std::string body,
    credential const& key,
    std::vector<std::pair<std::string, std::string>> headers)
{
    http_request out;
    out.url = std::move(url);
    out.method = "POST";
    out.body = std::move(body);
    out.body.shrink_to_fit();  // it is kept for as long as the answer takes
    out.headers = std::move(headers);
    out.headers.emplace_back("content-type", "application/json");
    out.headers.emplace_back("accept", "text/event-stream");
    add_credential(out, key);
    return out;
}

asio::awaitable<turn_result>
exchange(curl_multi& http, http_request request, model_endpoint const& at, answer_stream& stream)
{
    at.log.debug(fmt::format("model request: {} bytes", request.body.size()));
    turn_result out = model_error();
    try {
        auto attempt =
            at.player ? played(request, at, stream) : sent(http, std::move(request), at, stream);
        out = co_await mcp::with_timeout(std::move(attempt), at.limits.total);
    } catch (boost::system::system_error const& e) {
        if (!is_timeout(e))
            throw;
        out = too_slow("did not complete its answer within", at.limits.total, false);
    }
    if (out)
        co_return out;
    auto error = out.error();
    error.message = at.key.key.hidden_in(std::move(error.message));
    error.usage = stream.usage();
    at.log.debug(fmt::format("model request failed: {} ({})", error.message, error.request_id));
    co_return error;
}

}  // namespace agent
