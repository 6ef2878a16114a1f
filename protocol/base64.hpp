#pragma once

// Base64 (RFC 4648): the standard alphabet with padding, as MCP's header values and blobs have it,
// and the url-safe one without, for what we put into cursors and states. Decoding is strict: no
// character outside the alphabet, no missing or needless padding, no stray bits at the end, so that
// a text has one spelling. Boost 1.81 has none outside of its detail namespaces.

#include <optional>
#include <string>
#include <string_view>

namespace mcp {

std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);

std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace mcp
