#pragma once

// `// nextjs-backend-ignore RULE: reason` says that a finding was looked at, and why it stays. It
// holds for its own line if there is code before it, else for the next line that is no comment.
// Several rules are separated by commas. Without a reason it holds nothing, and is a finding
// itself.

#include "agent/checks/rules/rule.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace agent::checks {

inline constexpr std::string_view suppression_mark = "nextjs-backend-ignore";

class suppressions {
public:
    // What is wrong with the comments themselves goes to `out`.
    suppressions(
        std::string_view path,
        syntax_tree const& tree,
        line_index const& lines,
        std::vector<rule> const& rules,
        std::vector<finding>& out);

    bool cover(finding const& f) const;

private:
    struct context;
    void read(context const& in, span comment);

    std::map<std::size_t, std::set<std::string, std::less<>>> by_line_;
};

}  // namespace agent::checks
