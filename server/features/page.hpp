#pragma once

// A list in pages (server/utilities/pagination): `member` of the result, and nextCursor where there
// is more. A cursor is a position in the list by the name of the list, so that one list's cursor is
// refused by another.

#include "protocol/cursor.hpp"
#include "protocol/errors.hpp"
#include "protocol/lifecycle.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

namespace server {

// Throws -32602 for a cursor that is not from this list.
inline mcp::json::object page_of(
    mcp::json::array const& all,
    std::string_view member,
    mcp::PaginatedRequestParams const& asked,
    std::size_t page_size)
{
    std::size_t first = 0;
    if (asked.cursor) {
        auto const at = mcp::position_of(*asked.cursor, member);
        if (!at || *at > all.size())
            throw mcp::invalid_params("unknown cursor; ask for the list anew, without a cursor");
        first = *at;
    }
    auto const last = std::min(all.size(), first + page_size);
    mcp::json::object out;
    if (first == 0 && last == all.size())
        out.emplace(member, all);
    else
        out.emplace(member, mcp::json::array(all.begin() + first, all.begin() + last));
    if (last < all.size())
        out.emplace("nextCursor", mcp::cursor_at(last, member));
    return out;
}

}  // namespace server
