// The low-level functions, deprecated in OpenSSL 3, on purpose: they are 20 KB in the program,
// where EVP brings the whole provider machinery and its start-up time.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "protocol/sha256.hpp"

#include <cstddef>
#include <openssl/sha.h>

namespace mcp {
namespace {

std::string_view text(sha256_digest const& digest)
{
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

}  // namespace

sha256_digest sha256(std::string_view bytes)
{
    sha256_digest digest{};
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, bytes.data(), bytes.size());
    SHA256_Final(digest.data(), &state);
    return digest;
}

sha256_digest hmac_sha256(std::string_view key, std::string_view bytes)
{
    constexpr std::size_t block = 64;
    std::string padded(key.size() > block ? text(sha256(key)) : key);
    padded.resize(block);
    std::string inner;
    std::string outer;
    for (char const c : padded) {
        inner.push_back(static_cast<char>(c ^ 0x36));
        outer.push_back(static_cast<char>(c ^ 0x5c));
    }
    inner += bytes;
    outer += text(sha256(inner));
    return sha256(outer);
}

std::string hex(std::string_view bytes)
{
    std::string out;
    for (char const c : bytes) {
        auto const byte = static_cast<unsigned char>(c);
        out.push_back("0123456789abcdef"[byte >> 4]);
        out.push_back("0123456789abcdef"[byte & 15]);
    }
    return out;
}

std::string sha256_hex(std::string_view bytes)
{
    return hex(text(sha256(bytes)));
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    // Hashed first, so that neither the place of a difference nor a length tells anything.
    auto const x = sha256(a);
    auto const y = sha256(b);
    unsigned difference = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        difference |= static_cast<unsigned>(x[i] ^ y[i]);
    return difference == 0;
}

}  // namespace mcp
