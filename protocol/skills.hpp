#pragma once

// The skills extension: instructions with files beside them, offered as resources
// (io.modelcontextprotocol/skills, SEP-2640; modern era only).

#include "protocol/resources.hpp"

namespace mcp {

inline constexpr std::string_view skills_extension = "io.modelcontextprotocol/skills";

struct SkillFrontmatter {
    std::string name;
    std::string description;
};
BOOST_DESCRIBE_STRUCT(SkillFrontmatter, (), (name, description))

struct SkillResource {
    std::string uri;
    std::string digest;  // "sha256:" and 64 hex digits
    std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(SkillResource, (), (uri, digest, size))

struct Skill {
    std::string uri;  // of its SKILL.md
    SkillFrontmatter frontmatter;
    std::vector<SkillResource> resources;  // SKILL.md among them
};
BOOST_DESCRIBE_STRUCT(Skill, (), (uri, frontmatter, resources))

// skills/get and resources/directory/read.
struct ByUriRequestParams {
    std::string uri;
};
BOOST_DESCRIBE_STRUCT(ByUriRequestParams, (), (uri))

}  // namespace mcp
