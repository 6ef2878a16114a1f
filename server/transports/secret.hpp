#pragma once

// What a peer shows to prove that it may speak, against what it should be.

#include <cstddef>
#include <string_view>

namespace server {

// The time it takes says nothing about where they differ.
inline bool same_secret(std::string_view shown, std::string_view secret)
{
    unsigned difference = shown.size() == secret.size() ? 0 : 1;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        auto const expected = secret.empty() ? '\0' : secret[i % secret.size()];
        difference |= static_cast<unsigned char>(shown[i] ^ expected);
    }
    return difference == 0;
}

}  // namespace server
