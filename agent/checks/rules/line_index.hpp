#pragma once

// Lines and columns of a text, for those who read it.

#include "agent/checks/rules/finding.hpp"

#include <string_view>
#include <vector>

namespace agent::checks {

class line_index {
public:
    explicit line_index(std::string_view text);

    position at(std::size_t offset) const;
    text_range range(std::size_t begin, std::size_t end) const;
    std::size_t lines() const { return starts_.size(); }
    std::string_view line(std::size_t number) const;  // from 1, without its end

private:
    std::string_view text_;
    std::vector<std::size_t> starts_{0};
};

}  // namespace agent::checks
