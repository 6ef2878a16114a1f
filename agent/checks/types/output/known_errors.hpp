#pragma once

// Which errors a change has brought, and which the project had before. An error that has moved with
// its line is the same error. Pure.

#include "agent/checks/types/output/diagnostic.hpp"

#include <vector>

namespace agent {

struct sorted_errors {
    std::vector<diagnostic> introduced;
    std::vector<diagnostic> preexisting;
};

// Both in the order of `now`. As many of `now` as `before` has of the same file, code and message
// are old; those whose source line is the same, too, first.
sorted_errors tell_apart(std::vector<diagnostic> now, std::vector<diagnostic> const& before);

}  // namespace agent
