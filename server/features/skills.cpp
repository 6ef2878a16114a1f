#include "server/features/skills.hpp"

#include "protocol/errors.hpp"
#include "protocol/sha256.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace server {
namespace {

constexpr std::string_view entry_name = "SKILL.md";

std::string_view last_part(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string skills::uri(std::string_view name, std::string_view path)
{
    return "skill://" + std::string(name) + "/" + std::string(path);
}

void skills::add(mcp::SkillFrontmatter frontmatter, std::vector<skill_file> const& files)
{
    mcp::Skill added;
    added.uri = uri(frontmatter.name, entry_name);
    for (auto const& s : skills_)
        if (s.uri == added.uri)
            throw std::logic_error("two skills are called " + frontmatter.name);
    if (std::ranges::find(files, entry_name, &skill_file::path) == files.end())
        throw std::logic_error("skill " + frontmatter.name + " has no SKILL.md");
    for (auto const& f : files) {
        mcp::SkillResource resource;
        resource.uri = uri(frontmatter.name, f.path);
        resource.digest = "sha256:" + mcp::sha256_hex(f.text);
        resource.size = static_cast<std::int64_t>(f.text.size());
        mcp::Resource file;
        file.uri = resource.uri;
        file.name = last_part(f.path);
        file.mimeType = f.mimeType;
        file.size = resource.size;
        files_.push_back(std::move(file));
        added.resources.push_back(std::move(resource));
    }
    added.frontmatter = std::move(frontmatter);
    listed_.push_back(mcp::encode(added));
    skills_.push_back(std::move(added));
}

mcp::Skill const& skills::at(std::string_view uri) const
{
    auto const found = std::ranges::find(skills_, uri, &mcp::Skill::uri);
    if (found == skills_.end())
        throw mcp::resource_not_found(uri);
    return *found;
}

std::vector<mcp::Resource> skills::folder(std::string_view uri) const
{
    std::string inside(uri);
    if (!inside.ends_with('/'))
        inside += '/';
    std::vector<mcp::Resource> out;
    std::set<std::string, std::less<>> folders;
    for (auto const& f : files_) {
        if (!f.uri.starts_with(inside))
            continue;
        auto const rest = std::string_view(f.uri).substr(inside.size());
        auto const slash = rest.find('/');
        if (slash == std::string_view::npos) {
            out.push_back(f);
        } else if (folders.emplace(rest.substr(0, slash)).second) {
            mcp::Resource folder;
            folder.uri = inside + std::string(rest.substr(0, slash));
            folder.name = rest.substr(0, slash);
            folder.mimeType = "inode/directory";
            out.push_back(std::move(folder));
        }
    }
    if (out.empty())
        throw mcp::resource_not_found(uri);
    return out;
}

}  // namespace server
