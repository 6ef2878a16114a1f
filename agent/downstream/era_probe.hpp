#pragma once

// Which era a downstream server speaks, from its answer to `server/discover`. Pure.
// Source: basic/versioning; mcp-spec-digest 3.2 (the table) and 6.2 (what servers really do).

#include "protocol/jsonrpc.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace agent {

inline constexpr std::string_view modern_version = "2026-07-28";
inline constexpr std::string_view newest_legacy_version = "2025-11-25";

bool is_legacy_version(std::string_view version);

enum class probe_failure {
    ended,     // it died of a message it did not expect
    timed_out  // it does not answer what it does not know
};

using probe_reply = std::variant<boost::json::value, mcp::jsonrpc::error, probe_failure>;

struct probe_verdict {
    enum class next {
        modern,      // go on, with the envelope in every request
        initialize,  // legacy; in the same process
        respawn,     // legacy; in a new process, with initialize as its first message
        give_up      // no version in common: `reason` names theirs
    };
    next step;
    std::string reason;
};

probe_verdict judge(probe_reply const& reply);

}  // namespace agent
