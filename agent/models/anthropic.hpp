#pragma once

// A model behind the Messages API: Anthropic's own, or a server that speaks the same (llama.cpp,
// Ollama, vLLM, LM Studio, gateways). One attempt per call; retry.hpp decides about others.
// Source: reference/model-apis.md 1 and 2.

#include "agent/http/transfer.hpp"
#include "agent/model.hpp"
#include "agent/models/credentials.hpp"
#include "agent/models/messages/message_request.hpp"
#include "agent/models/messages/message_stream.hpp"
#include "protocol/logger.hpp"

#include <optional>
#include <string>

namespace agent {

struct anthropic_options {
    std::string base_url = "https://api.anthropic.com";  // ANTHROPIC_BASE_URL
    std::string model;                                   // an id, not an alias
    credential key;
    std::optional<messages_profile> profile;  // by the host of the base URL unless it is set
    int max_output = 0;                       // caps max_tokens; 0: unknown
    http_options http;
    http_limits limits;
};

class anthropic final : public model {
public:
    // `http` outlives it.
    anthropic(curl_multi& http, anthropic_options options, mcp::logger log = {});

    std::string_view name() const override { return options_.model; }

    boost::asio::awaitable<boost::system::result<turn, model_error>>
    complete(model_request request, text_sink on_text) override;

private:
    using outcome = boost::system::result<turn, model_error>;

    http_request make_request(model_request const& request) const;
    boost::asio::awaitable<outcome> exchange(http_request request, message_stream& stream);
    boost::asio::awaitable<outcome> receive(transfer& t, message_stream& stream);
    boost::asio::awaitable<model_error> refusal(transfer& t);

    curl_multi& http_;
    anthropic_options options_;
    messages_profile profile_;
    mcp::logger log_;
};

}  // namespace agent
