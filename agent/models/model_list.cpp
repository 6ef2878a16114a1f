#include "agent/models/model_list.hpp"

#include "agent/http/curl_multi.hpp"
#include "agent/models/json_members.hpp"
#include "agent/models/model_errors.hpp"
#include "agent/models/response_source.hpp"
#include "protocol/rpc/async.hpp"

namespace agent {

namespace asio = boost::asio;
using model_ids = boost::system::result<std::vector<std::string>, model_error>;

namespace {

constexpr auto time_limit = std::chrono::seconds(10);
constexpr std::size_t largest_list = std::size_t(4) << 20;

model_error no_list()
{
    return model_error(model_errc::broken_stream, "The model API answered with no list of models.");
}

model_ids read_list(std::string_view body)
{
    auto const value = parsed(body);
    auto const* object = value ? value->if_object() : nullptr;
    auto const* data = object ? array_in(*object, "data") : nullptr;
    if (!data)
        return no_list();
    std::vector<std::string> out;
    for (auto const& entry : *data)
        if (auto const* model = entry.if_object())
            if (auto const id = string_in(*model, "id"); !id.empty())
                out.push_back(one_line(id, 200));
    return out;
}

asio::awaitable<model_ids> listed(curl_multi& http, http_request request, model_endpoint const& at)
{
    live_response response(http, std::move(request), at.http, nullptr);
    auto const headers = co_await response.headers();
    if (!headers)
        co_return as_model_error(headers.error());
    if (response.status() != 200)
        co_return co_await refusal(response, at);
    std::string body;
    while (body.size() < largest_list) {
        auto piece = co_await response.read();
        if (!piece)
            co_return as_model_error(piece.error());
        if (!*piece)
            break;
        body += **piece;
    }
    co_return read_list(body);
}

}  // namespace

asio::awaitable<model_ids> list_models(
    curl_multi& http,
    std::string url,
    model_endpoint at,
    std::vector<std::pair<std::string, std::string>> headers)
{
    http_request request;
    request.url = std::move(url);
    request.headers = std::move(headers);
    request.headers.emplace_back("accept", "application/json");
    add_credential(request, at.key);
    model_ids out = no_list();
    try {
        auto asked = listed(http, std::move(request), at);
        out = co_await mcp::with_timeout(std::move(asked), time_limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        out = model_error(model_errc::timed_out, "The model API did not answer within 10 s.");
    }
    if (out)
        co_return out;
    auto error = out.error();
    error.message = at.key.key.hidden_in(std::move(error.message));
    co_return error;
}

}  // namespace agent
