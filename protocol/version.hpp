#pragma once

// The protocol versions served, in order (basic/versioning). A version is compared by its place in
// this list, never as a string: what a peer made up compares as nothing at all.

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mcp {

enum class protocol_version { v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

inline constexpr std::array<std::string_view, 5> version_names{
    "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};

// The newest that is opened by a handshake; what an unknown request for one is countered with.
inline constexpr auto latest_legacy = protocol_version::v2025_11_25;
inline constexpr auto latest_modern = protocol_version::v2026_07_28;

constexpr std::string_view to_string(protocol_version v)
{
    return version_names[static_cast<std::size_t>(v)];
}

inline std::optional<protocol_version> version_from(std::string_view name)
{
    auto const found = std::ranges::find(version_names, name);
    if (found == version_names.end())
        return std::nullopt;
    return static_cast<protocol_version>(found - version_names.begin());
}

constexpr bool is_modern(protocol_version v)
{
    return v > latest_legacy;
}

// JSON-RPC batches came with 2025-03-26 and went with the version after it.
constexpr bool has_batches(protocol_version v)
{
    return v == protocol_version::v2025_03_26;
}

// A stream over HTTP begins with an event that has an id and no message, since 2025-11-25. Clients
// of earlier versions read the empty text as JSON, and fail.
constexpr bool has_priming_events(protocol_version v)
{
    return v == protocol_version::v2025_11_25;
}

// Newest first. The one list: server/discover and every error that names versions use it.
inline boost::json::array supported_versions()
{
    return boost::json::array(version_names.rbegin(), version_names.rend());
}

}  // namespace mcp
