#pragma once

// What to look up before the first model call, and what to say of names that no longer hold: pure
// functions of the task, of the project and of what is known of packages. A model that is merely
// told to look things up does so in half of the cases (hosts-and-domain 0.1), so the engine asks.

#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/project/fingerprint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct planned_lookup {
    std::string library;   // npm package name
    std::string question;  // goes to a third party: one of the list's, or `question` below
};

inline constexpr std::size_t planned_lookups = 8;

// At most `limit`, most useful first, nothing twice; the first is always `question`, asked of next.
// After it, as long as there is room: what is asked of next for such a job; the libraries that the
// task names, by npm name or otherwise, installed or not; what is installed beside those for what
// the task wants; the installed libraries that the job calls for without being named. Of a library
// that has gone, the one to use instead, unless it is installed. `task` is only read; `question`
// stands for it where it leaves this machine: short, and cleaned of paths and secrets by the
// caller.
std::vector<planned_lookup> plan_lookups(
    knowledge const& known,
    std::string_view task,
    std::string_view question,
    fingerprint const& project = {},
    std::size_t limit = planned_lookups);

// A sentence for each library or name that has gone or is called differently now, and that the
// task or the project speaks of. Sentences of the list alone: nothing of the task gets in.
std::vector<std::string>
plan_notes(knowledge const& known, std::string_view task, fingerprint const& project = {});

}  // namespace agent
