#pragma once

// A model behind chat completions: OpenAI's own API, OpenRouter, and the many servers and gateways
// that speak nothing else. One attempt per call; retry.hpp decides about others.
// Source: reference/model-apis.md 2.4.

#include "agent/model.hpp"
#include "agent/models/model_exchange.hpp"

#include <string>

namespace agent {

struct openai_chat_options {
    std::string base_url = "https://api.openai.com/v1";  // OPENAI_BASE_URL
    std::string model;
    int max_output = 0;  // caps max_tokens; 0: unknown
    model_endpoint endpoint;
};

class openai_chat final : public model {
public:
    // `http` outlives it.
    openai_chat(curl_multi& http, openai_chat_options options);

    std::string_view name() const override { return options_.model; }

    boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) override;

private:
    curl_multi& http_;
    openai_chat_options options_;
};

}  // namespace agent
