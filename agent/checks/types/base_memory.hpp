#pragma once

// The errors that a project has without a change, remembered by what they depend on, so that they
// are found once and not with every check. A folder in the state directory, a file for each; what
// cannot be read is not there, what cannot be written is forgotten. Blocking.

#include "agent/checks/types/output/diagnostic.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace agent {

class base_memory {
public:
    // Empty: remembers nothing.
    explicit base_memory(std::string folder) : folder_(std::move(folder)) {}

    // `key`: hexadecimal. What is older than `age` is not taken: code outside of the project, which
    // no key tells of, may have changed.
    std::optional<std::vector<diagnostic>>
    find(std::string const& key, std::chrono::seconds age) const;

    // Keeps the newest 64.
    void keep(std::string const& key, std::vector<diagnostic> const& errors) const;

private:
    std::string folder_;
};

}  // namespace agent
