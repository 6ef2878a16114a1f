#include "agent/models/openai_chat.hpp"

#include "agent/http/curl_multi.hpp"
#include "agent/models/chat/chat_request.hpp"
#include "agent/models/chat/chat_stream.hpp"
#include "agent/models/model_errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace asio = boost::asio;

openai_chat::openai_chat(curl_multi& http, openai_chat_options options)
    : http_(http), options_(std::move(options))
{
}

asio::awaitable<boost::system::result<turn, model_error>>
openai_chat::complete(model_request request, text_sink on_text)
{
    auto const profile = chat_profile_of(options_.base_url);
    if (options_.endpoint.key.key.empty() && profile == chat_profile::openai)
        co_return missing_key(options_.endpoint.key);
    if (options_.max_output > 0)
        request.max_tokens = std::min(request.max_tokens, options_.max_output);
    chat_stream stream(fmt::format("call_{}", request.messages.size()), std::move(on_text));
    auto made = model_request_to(
        chat_url(options_.base_url),
        chat_body(request, options_.model, profile),
        options_.endpoint.key);
    co_return co_await exchange(http_, std::move(made), options_.endpoint, stream);
}

}  // namespace agent
