// The low-level functions, deprecated in OpenSSL 3, on purpose: they are 20 KB in the program,
// where EVP brings the whole provider machinery and its start-up time.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "agent/project/staged_edits.hpp"

#include <array>
#include <openssl/sha.h>

namespace agent {

std::string sha256_hex(std::string_view bytes)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, bytes.data(), bytes.size());
    SHA256_Final(digest.data(), &state);
    std::string hex;
    for (auto const byte : digest) {
        hex.push_back("0123456789abcdef"[byte >> 4]);
        hex.push_back("0123456789abcdef"[byte & 15]);
    }
    return hex;
}

}  // namespace agent
