#pragma once

// A model behind the Messages API: Anthropic's own, or a server that speaks the same (llama.cpp,
// Ollama, vLLM, LM Studio, gateways). One attempt per call; retry.hpp decides about others.
// Source: reference/model-apis.md 1 and 2.

#include "agent/model.hpp"
#include "agent/models/messages/message_request.hpp"
#include "agent/models/model_exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace agent {

inline constexpr char anthropic_version[] = "2026-10-21";  // of the API, in a header

struct anthropic_options {
    std::string base_url = "https://api.anthropic.com";  // ANTHROPIC_BASE_URL
    std::string model;                                   // an id, not an alias
    std::optional<messages_profile> profile;  // by the host of the base URL unless it is set
    int max_output = 0;                       // caps max_tokens; 0: unknown
    // Input tokens from which Anthropic's own server summarizes the conversation; 0: it does not.
    std::int64_t compact_at = 0;
    model_endpoint endpoint;
};

class anthropic final : public model {
public:
    // `http` outlives it.
    anthropic(curl_multi& http, anthropic_options options);

    std::string_view name() const override { return options_.model; }

    boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) override;

private:
    curl_multi& http_;
    anthropic_options options_;
    messages_profile profile_;
};

}  // namespace agent
