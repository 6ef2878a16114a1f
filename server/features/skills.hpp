#pragma once

// The skills on offer (io.modelcontextprotocol/skills, SEP-2640): a SKILL.md with files beside it,
// each readable as a resource under skill://NAME/.

#include "protocol/skills.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace server {

struct skill_file {
    std::string path;  // inside the skill: "SKILL.md", "references/caching.md"
    std::string mimeType;
    std::string text;
};

class skills {
public:
    // Throws std::logic_error without a SKILL.md, or for a name that is taken. `name` is the
    // frontmatter's, too.
    void add(mcp::SkillFrontmatter frontmatter, std::vector<skill_file> const& files);

    bool empty() const { return skills_.empty(); }
    mcp::json::array const& listed() const { return listed_; }

    // The URI of a file of a skill.
    static std::string uri(std::string_view name, std::string_view path);

    // Both throw -32602 with `data.uri`: for what is no SKILL.md, and what is no folder.
    mcp::Skill const& at(std::string_view uri) const;
    std::vector<mcp::Resource> folder(std::string_view uri) const;

private:
    std::vector<mcp::Skill> skills_;
    std::vector<mcp::Resource> files_;
    mcp::json::array listed_;
};

}  // namespace server
