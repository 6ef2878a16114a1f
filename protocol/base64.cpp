#include "protocol/base64.hpp"

#include <array>
#include <cstdint>

namespace mcp {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::int8_t none = -1;

constexpr std::array<std::int8_t, 256> digits_of(std::string_view alphabet)
{
    std::array<std::int8_t, 256> out{};
    for (auto& digit : out)
        digit = none;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return out;
}

constexpr auto standard_digits = digits_of(standard);
constexpr auto url_safe_digits = digits_of(url_safe);

std::string encode(std::string_view bytes, std::string_view alphabet)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (char const c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6)
            out += alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0)
        out += alphabet[bits << (6 - held) & 63];
    return out;
}

// Without padding.
std::optional<std::string>
decode(std::string_view text, std::array<std::int8_t, 256> const& digit_of)
{
    if (text.size() % 4 == 1)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (char const c : text) {
        auto const digit = digit_of[static_cast<unsigned char>(c)];
        if (digit == none)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>(bits >> held & 255);
        }
    }
    if ((bits & ((1u << held) - 1)) != 0)
        return std::nullopt;
    return out;
}

}  // namespace

std::string base64(std::string_view bytes)
{
    auto out = encode(bytes, standard);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::string base64url(std::string_view bytes)
{
    return encode(bytes, url_safe);
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return decode(text, standard_digits);
}

std::optional<std::string> from_base64url(std::string_view text)
{
    return decode(text, url_safe_digits);
}

}  // namespace mcp
