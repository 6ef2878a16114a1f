#include "server/features.hpp"

#include "protocol/tasks.hpp"

namespace server {

using boost::asio::awaitable;

namespace {

awaitable<mcp::ReadResourceResult> read_file(std::string uri, std::string mime, std::string text)
{
    co_return mcp::text_resource(std::move(uri), std::move(mime), std::move(text));
}

}  // namespace

void features::add_skill(mcp::SkillFrontmatter frontmatter, std::vector<skill_file> files)
{
    auto const name = frontmatter.name;
    auto const description = frontmatter.description;
    skills_.add(std::move(frontmatter), files);
    for (auto& file : files) {
        mcp::Resource resource;
        resource.uri = server::skills::uri(name, file.path);
        resource.name = file.path == "SKILL.md" ? name : file.path;
        if (file.path == "SKILL.md")
            resource.description = description;
        resource.mimeType = file.mimeType;
        resource.size = static_cast<std::int64_t>(file.text.size());
        add_resource(
            resource,
            [mime = std::move(file.mimeType),
             text = std::move(file.text)](request_context&, std::string uri) {
                return read_file(std::move(uri), mime, text);
            });
    }
}

mcp::ServerCapabilities features::capabilities() const
{
    mcp::json::object const changing{{"listChanged", true}};
    mcp::ServerCapabilities out;
    out.logging.emplace();
    if (!tools_.empty())
        out.tools = changing;
    if (!prompts_.empty())
        out.prompts = changing;
    if (!resources_.empty())
        out.resources = mcp::json::object{{"subscribe", true}, {"listChanged", true}};
    if (prompts_.has_completers() || resources_.has_completers())
        out.completions.emplace();
    out.extensions.emplace();
    if (!tools_.empty())
        out.extensions->emplace(mcp::tasks_extension, mcp::json::object());
    if (!skills_.empty())
        out.extensions->emplace(mcp::skills_extension, mcp::json::object{{"directoryRead", true}});
    return out;
}

bool features::offers(std::string_view method) const
{
    auto const begins = [&](std::string_view part) { return method.starts_with(part); };
    if (begins("tools/") || begins("tasks/"))
        return !tools_.empty();
    if (begins("prompts/"))
        return !prompts_.empty();
    if (begins("skills/") || begins("resources/directory/"))
        return !skills_.empty();
    if (begins("resources/"))
        return !resources_.empty();
    if (begins("completion/"))
        return prompts_.has_completers() || resources_.has_completers();
    return true;
}

}  // namespace server
