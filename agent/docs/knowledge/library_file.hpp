#pragma once

// Reads a file of the form of libraries.json over what is known already, entry by entry: the
// members that an entry has replace those of the package's entry, the others stay; new packages are
// added, and so are jobs. Strict, because a word that is spelled wrong would be silence. Pure.

#include "agent/docs/knowledge/library.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct library_tables {
    std::string as_of;               // a date
    std::vector<library> libraries;  // in the order of the file: the first of a kind is preferred
    std::vector<job> jobs;
};

// The error names the entry and what was expected: "libraries.zod: no member "topic"; did you mean
// "topics"?"
boost::system::result<library_tables, std::string>
lay_over(library_tables base, std::string_view text);

}  // namespace agent
