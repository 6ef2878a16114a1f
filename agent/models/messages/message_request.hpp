#pragma once

// The body of a Messages API request: pure. It is made by concatenation, the messages last and the
// model's own content verbatim, so that the body of a longer conversation begins with the bytes of
// the shorter one: signed thinking stays valid, and the provider's cache is hit.
// Source: reference/model-apis.md 1.0, 1.3, 1.7, 2.2.

#include "agent/model.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace agent {

// What a host understands of the Messages API: all of it, or what local servers have in common.
enum class messages_profile { native, compat };

// By the host of the base URL: only Anthropic's own is native.
messages_profile profile_of(std::string_view base_url);

// `base_url` with or without a slash or /v1 at its end.
std::string messages_url(std::string_view base_url);

// Never temperature, top_p, top_k, a prefill, a forced tool choice, or thinking settings: each is a
// 400 on a current model. Fields named in request.omit are left out. `compact_at`: input tokens
// from which the native server summarizes what was said before (threshold compaction); 0: never.
std::string message_body(
    model_request const& request,
    std::string_view model,
    messages_profile profile,
    std::int64_t compact_at = 0);

// The beta that a body with compact_at needs, as a header.
inline constexpr char compaction_beta[] = "compact-2026-01-12";

// Whether a tool's schema is within what `strict` accepts: every object closed with all its members
// required, no recursion, no bounds on numbers, lengths or counts.
bool fits_strict(boost::json::object const& schema);

}  // namespace agent
