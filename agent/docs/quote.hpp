#pragma once

// Documentation as a model reads it: quoted, numbered, with its source, and marked as data.

#include "agent/docs/lookups.hpp"

#include <string>
#include <vector>

namespace agent {

// One <documentation> element a passage. A passage cannot close its own element.
std::string quote(std::vector<passage> const& passages);

// The answer to one lookup: its passages, or one line a source that says why there are none.
std::string quote(lookup const& l);

// "- [title](source) — next 16.4.6, Context7, as of 2026-11-19" for each passage; for people.
std::string list_sources(std::vector<passage> const& passages);

// "- 2 passages of stripe contained instructions to an AI; they were removed", for each library of
// which that is true. Part of list_sources.
std::string list_cleaned(std::vector<passage> const& passages);

// "- Context7: quota exceeded" for each source that failed.
std::string list_failures(std::vector<docs_failure> const& failures);

}  // namespace agent
