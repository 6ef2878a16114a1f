#pragma once

// What a store that has failed still lets be read, into the one that takes its place.

#include "agent/sqlite.hpp"

#include <cstdint>
#include <string>

namespace agent {

// Copies the runs that `self` had last, and then the others, the newest first, until `most_bytes`
// are there. A run whose records cannot all be read keeps those before the damage. What `from`
// throws ends the copying and is no failure; `to` throws sqlite_error. Returns how many runs.
std::size_t rescue(
    sqlite_database& from, sqlite_database& to, std::string const& self, std::int64_t most_bytes);

}  // namespace agent
