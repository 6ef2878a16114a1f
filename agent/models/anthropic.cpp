#include "agent/models/anthropic.hpp"

#include "agent/http/curl_multi.hpp"
#include "agent/models/messages/message_stream.hpp"
#include "agent/models/model_errors.hpp"

#include <algorithm>

namespace agent {

namespace asio = boost::asio;

anthropic::anthropic(curl_multi& http, anthropic_options options)
    : http_(http),
      options_(std::move(options)),
      profile_(options_.profile.value_or(profile_of(options_.base_url)))
{
}

asio::awaitable<boost::system::result<turn, model_error>>
anthropic::complete(model_request request, text_sink on_text)
{
    auto const& key = options_.endpoint.key;
    if (key.key.empty() && profile_of(options_.base_url) == messages_profile::native)
        co_return missing_key(key);
    if (options_.max_output > 0)
        request.max_tokens = std::min(request.max_tokens, options_.max_output);
    message_stream stream(std::move(on_text));
    std::vector<std::pair<std::string, std::string>> headers;
    headers.emplace_back("anthropic-version", anthropic_version);
    if (options_.compact_at > 0 && profile_ == messages_profile::native)
        headers.emplace_back("anthropic-beta", compaction_beta);
    auto made = model_request_to(
        messages_url(options_.base_url),
        message_body(request, options_.model, profile_, options_.compact_at),
        key,
        std::move(headers));
    co_return co_await exchange(http_, std::move(made), options_.endpoint, stream);
}

}  // namespace agent
