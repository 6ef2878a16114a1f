#pragma once

// Cursors of paginated lists (server/utilities/pagination): a position in a list of that name, as a
// text that means nothing to a client. Not secret, but not made by accident: another list's cursor,
// or one that was tampered with, is none.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcp {

std::string cursor_at(std::size_t position, std::string_view list);
std::optional<std::size_t> position_of(std::string_view cursor, std::string_view list);

}  // namespace mcp
