#pragma once

// The body of a chat completions request, as OpenAI's and everybody else's servers have in common:
// pure. The messages come last and a model's own are replayed as they were made, so that the body
// of a longer conversation begins with the bytes of the shorter one and prefix caches are hit.
// Source: reference/model-apis.md 2.4.

#include "agent/model.hpp"

#include <string>
#include <string_view>

namespace agent {

// OpenAI's own API has names of its own for two fields.
enum class chat_profile { openai, compat };

chat_profile chat_profile_of(std::string_view base_url);

// A base URL without a path gets /v1.
std::string chat_url(std::string_view base_url);

// Fields named in request.omit are left out; max_tokens and max_completion_tokens, one for the
// other.
std::string chat_body(model_request const& request, std::string_view model, chat_profile profile);

}  // namespace agent
