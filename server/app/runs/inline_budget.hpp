#pragma once

// How long a call may be held open before it is handed over: less than the time after which the
// client would give it up. Source: reference/hosts-and-domain.md 3.2, 3.4.

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace app {

class inline_budget {
public:
    // `overrides`: by a client's name, or "*" for all.
    explicit inline_budget(std::map<std::string, std::chrono::seconds> overrides = {})
        : overrides_(std::move(overrides))
    {
    }

    // `client` is clientInfo.name, any case; empty if it has none.
    std::chrono::seconds of(std::string_view client) const;

    // "50", or "claude-code=1500,codex-mcp-client=280,50". Throws std::invalid_argument with a
    // sentence.
    static inline_budget parse(std::string_view text);

private:
    std::map<std::string, std::chrono::seconds> overrides_;
};

}  // namespace app
