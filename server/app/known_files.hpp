#pragma once

// What is known of packages and words, with a user's own file over it. Both throw config_error for
// a file that cannot be read; an empty name is none.

#include "agent/docs/bundled/bundled_docs.hpp"
#include "agent/docs/knowledge/knowledge.hpp"

#include <string>

namespace app {

agent::knowledge what_is_known(std::string const& file);
agent::vocabulary what_people_mean(std::string const& file);

}  // namespace app
