#pragma once

// SHA-256 (FIPS 180-4) and the keyed hash over it, HMAC (RFC 2104).

#include <array>
#include <string>
#include <string_view>

namespace mcp {

using sha256_digest = std::array<unsigned char, 32>;

sha256_digest sha256(std::string_view bytes);
sha256_digest hmac_sha256(std::string_view key, std::string_view bytes);

std::string hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

// In time that does not depend on where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace mcp
