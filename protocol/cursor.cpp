#include "protocol/cursor.hpp"

#include "protocol/base64.hpp"
#include "protocol/sha256.hpp"

#include <charconv>

namespace mcp {

std::string cursor_at(std::size_t position, std::string_view list)
{
    auto const text = std::to_string(position);
    auto const check = sha256_hex(std::string(list) + ":" + text).substr(0, 8);
    return base64url(text + "." + check);
}

std::optional<std::size_t> position_of(std::string_view cursor, std::string_view list)
{
    auto const text = from_base64url(cursor);
    if (!text)
        return std::nullopt;
    std::size_t position = 0;
    std::from_chars(text->data(), text->data() + text->size(), position);
    if (cursor_at(position, list) != cursor)
        return std::nullopt;
    return position;
}

}  // namespace mcp
