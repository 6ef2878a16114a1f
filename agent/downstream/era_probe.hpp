#pragma once

// Which era a downstream server speaks, from its answer to `server/discover`. Pure.
// Source: basic/versioning; mcp-spec-digest 3.2 (the table) and 6.2 (what servers really do).

#include "agent/downstream/downstream_transport.hpp"
#include "protocol/jsonrpc.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace agent {

inline constexpr std::string_view modern_version = "2026-07-28";
inline constexpr std::string_view newest_legacy_version = "2025-11-25";

bool is_legacy_version(std::string_view version);

enum class probe_failure { timed_out };  // it does not answer what it does not know

using probe_reply =
    std::variant<boost::json::value, mcp::jsonrpc::error, transport_error, probe_failure>;

struct probe_verdict {
    enum class next {
        modern,      // go on, with the envelope in every request
        initialize,  // legacy; in the same process
        respawn,     // legacy; in a new process, with initialize as its first message
        again,       // modern; it offers the version that it has just refused
        give_up      // `reason` says why: no version in common, no access, nobody there
    };
    next step;
    std::string reason;
};

// `answers_late`: see downstream_transport.
probe_verdict judge(probe_reply const& reply, bool answers_late);

}  // namespace agent
