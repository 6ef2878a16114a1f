#pragma once

// The brief: what the tool returns when no model is configured, for the host's own model to work
// from. It holds the expert's rules, the project's facts, documentation with its sources, and the
// format to answer in.

#include "agent/run.hpp"

#include <string>
#include <vector>

namespace agent {

// Bytes of documentation in a brief; with the rules around it, it stays within what hosts show (30
// KB).
inline constexpr std::size_t brief_documentation_budget = 11 << 10;

// `why` the host's own model is asked: a sentence. `system` are the system blocks that a model
// would get, `context` its first message (render_context).
std::string render_brief(
    std::string const& why,
    std::vector<std::string> const& system,
    std::string const& context,
    std::vector<lookup> const& documentation);

}  // namespace agent
