#pragma once

// From an npm package to Context7's library, where the knowledge map does not know it: a choice
// among what resolve-library-id offers. Pure.

#include "agent/docs/context7/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// What to call a package when asking Context7 for it: "@clerk/nextjs" -> "clerk nextjs".
std::string library_name(std::string_view package);

// The entry that is this package, or nothing: a wrong library is worse than none.
library_entry const*
choose_library(std::vector<library_entry> const& entries, std::string_view package);

// The tag nearest to the installed version within its major one: itself, else the newest before
// it, else the oldest after it. Empty where there is none; prereleases and branches do not count.
std::string nearest_tag(std::vector<std::string> const& tags, std::string_view installed);

// Whether a version is a plain release ("16.4.6"), for which a tag may exist.
bool is_release(std::string_view version);

}  // namespace agent
