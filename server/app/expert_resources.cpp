#include "server/app/expert_resources.hpp"

#include "agent/project/fingerprint.hpp"
#include "agent/prompt.hpp"
#include "protocol/rpc/async.hpp"

namespace app {

using boost::asio::awaitable;

namespace {

constexpr char markdown[] = "text/markdown";

awaitable<mcp::ReadResourceResult> give_text(std::string uri, std::string text)
{
    co_return mcp::text_resource(std::move(uri), markdown, std::move(text));
}

std::string notes_for(std::string const& project, agent::knowledge const& libraries)
{
    agent::prompt_options options;
    options.reader = agent::audience::host;
    auto const root = agent::project_root::open(project);
    if (!root)
        return agent::version_notes(nullptr, options);
    auto const known = agent::read_fingerprint(*root, libraries);
    return agent::version_notes(&known, options);
}

std::string facts_of(std::string const& project, agent::knowledge const& libraries)
{
    auto const root = agent::project_root::open(project);
    if (!root)
        return "There is no project: " + root.error().message + "\n";
    return agent::render(agent::read_fingerprint(*root, libraries));
}

// What is read from the project, each time it is asked for.
awaitable<mcp::ReadResourceResult> read_project(
    boost::asio::any_io_executor pool,
    std::string project,
    agent::knowledge libraries,
    std::string uri,
    std::string (*read)(std::string const&, agent::knowledge const&))
{
    auto work = [project = std::move(project), libraries = std::move(libraries), read] {
        return read(project, libraries);
    };
    auto text = co_await mcp::offload(std::move(pool), std::move(work));
    co_return mcp::text_resource(std::move(uri), markdown, std::move(text));
}

mcp::Resource described(char const* uri, char const* name, char const* title, char const* text)
{
    mcp::Resource out;
    out.uri = uri;
    out.name = name;
    out.title = title;
    out.description = text;
    out.mimeType = markdown;
    return out;
}

}  // namespace

void add_resources(
    server::features& offered,
    agent::agent_file const& expert,
    agent::knowledge const& known,
    std::string project,
    boost::asio::any_io_executor pool)
{
    offered.add_resource(
        described(
            "expert://system-prompt",
            "system-prompt",
            "The expert's prompt",
            "The rules that every answer is written by, as their author wrote them."),
        [&expert](server::request_context&, std::string uri) {
            return give_text(std::move(uri), expert.body);
        });
    offered.add_resource(
        described(
            "expert://version-notes",
            "version-notes",
            "Version notes",
            "Which of these rules are older than the project's Next.js, and what holds instead."),
        [project, pool, known](server::request_context&, std::string uri) {
            return read_project(pool, project, known, std::move(uri), notes_for);
        });
    if (!project.empty())
        offered.add_resource(
            described(
                "expert://project",
                "project",
                "The project's facts",
                "Versions, router, flags, routes and libraries of the project, read from its "
                "files."),
            [project, pool, known](server::request_context&, std::string uri) {
                return read_project(pool, project, known, std::move(uri), facts_of);
            });
    // For hosts that load skills: the same rules, with their front matter.
    std::string const description =
        "Write Next.js backend code as an expert does: server actions, route handlers, caching, "
        "authentication, integrations, documentation first.";
    offered.add_skill(
        {"nextjs-backend", description},
        {{"SKILL.md",
          markdown,
          "---\nname: nextjs-backend\ndescription: " + description + "\n---\n" + expert.body},
         {"references/version-notes.md", markdown, notes_for("", known)}});
}

}  // namespace app
