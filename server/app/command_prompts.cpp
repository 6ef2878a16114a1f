#include "server/app/command_prompts.hpp"

#include "agent/project/fingerprint.hpp"
#include "agent/prompt.hpp"
#include "prompts/prompts.hpp"
#include "protocol/rpc/async.hpp"

#include <set>

namespace app {

using boost::asio::awaitable;

namespace {

enum class completes { nothing, routes, packages, files };

struct argument {
    char const* name;
    char const* description;
    bool required;
    completes with = completes::nothing;
};

struct command {
    char const* name;
    char const* title;
    char const* description;
    std::string_view text;
    std::vector<argument> arguments;
};

std::vector<command> commands()
{
    using enum completes;
    return {
        {"nextjs-backend-engineer",
         "Next.js backend engineer",
         "Work on a Next.js backend task as the expert, in this conversation",
         "{task}",
         {{"task", "What to do, in full sentences", true}}},
        {"server-action",
         "Server action",
         "Write a server action: validated, authorized, with the right invalidation",
         prompts::server_action,
         {{"what", "What it does, and for whom", true},
          {"route", "The page that calls it", false, routes}}},
        {"route-handler",
         "Route handler",
         "Write the handler of an API route",
         prompts::route_handler,
         {{"route", "Its path, such as /api/notes/[id]", true, routes},
          {"what", "What it does, and for whom", true},
          {"methods", "GET, POST, ...", false}}},
        {"webhook",
         "Webhook",
         "Write a webhook endpoint: verified, idempotent, fast",
         prompts::webhook,
         {{"provider", "Who calls it, such as stripe", true, packages},
          {"what", "Which events, and what they do", true}}},
        {"auth-guard",
         "Auth guard",
         "Protect a page, an action or an API where its data is",
         prompts::auth_guard,
         {{"what", "What to protect, such as /dashboard", true, routes},
          {"who", "Who may, such as signed-in members of the team", false}}},
        {"caching-plan",
         "Caching plan",
         "Plan what is cached, for whom and how it is invalidated",
         prompts::caching_plan,
         {{"route", "The page or API it is about", true, routes},
          {"freshness", "What must be fresh, and how fresh", false}}},
        {"proxy-migration",
         "Proxy migration",
         "Migrate middleware.ts to proxy.ts",
         prompts::proxy_migration,
         {{"what", "What to keep in mind", false}}},
        {"security-review",
         "Security review",
         "Review the security of the backend: findings, with the smallest fix of each",
         prompts::security_review,
         {{"path", "A folder or file to look at above all", false, files}}}};
}

std::vector<std::string>
candidates(std::string const& project, agent::knowledge const& libraries, completes with)
{
    std::set<std::string> out;
    auto const root = agent::project_root::open(project);
    if (!root)
        return {};
    auto const known = agent::read_fingerprint(*root, libraries);
    if (with == completes::routes) {
        out.insert(known.pages.begin(), known.pages.end());
        for (auto const& handler : known.route_handlers)
            out.insert(handler.route);
    } else if (with == completes::packages) {
        for (auto const& d : known.dependencies)
            out.insert(d.name);
    } else {
        out.insert(known.server_actions.begin(), known.server_actions.end());
        for (auto const& handler : known.route_handlers)
            out.insert(handler.file);
    }
    return {out.begin(), out.end()};
}

awaitable<std::vector<std::string>> look_up(
    boost::asio::any_io_executor pool,
    std::string project,
    agent::knowledge libraries,
    completes with)
{
    auto read = [project = std::move(project), libraries = std::move(libraries), with] {
        return candidates(project, libraries, with);
    };
    co_return co_await mcp::offload(std::move(pool), std::move(read));
}

std::string rules(agent::agent_file const& expert)
{
    agent::prompt_options options;
    options.reader = agent::audience::host;
    std::string out;
    for (auto const& block : agent::system_blocks(expert, nullptr, options))
        out += block + "\n";
    return out;
}

awaitable<mcp::GetPromptResult> give(std::string description, std::string text)
{
    mcp::GetPromptResult out;
    out.description = std::move(description);
    out.messages.push_back({mcp::Role::user, mcp::text_content(std::move(text))});
    co_return out;
}

void add(
    server::features& offered,
    agent::agent_file const& expert,
    command const& c,
    agent::knowledge const& libraries,
    std::string const& project,
    boost::asio::any_io_executor const& pool)
{
    mcp::Prompt prompt;
    prompt.name = c.name;
    prompt.title = c.title;
    prompt.description = c.description;
    prompt.arguments.emplace();
    server::completers complete;
    for (auto const& a : c.arguments) {
        prompt.arguments->push_back({a.name, {}, a.description, a.required});
        if (a.with != completes::nothing && !project.empty())
            complete[a.name] =
                [project, pool, libraries, with = a.with](
                    server::request_context&, std::string const&, server::filled_in const&) {
                    return look_up(pool, project, libraries, with);
                };
    }
    auto run = [&expert, text = std::string(c.text), description = std::string(c.description)](
                   server::request_context&, mcp::prompt_arguments const& arguments) {
        return give(description, rules(expert) + "# Task\n\n" + fill_in(text, arguments) + "\n");
    };
    offered.add_prompt(std::move(prompt), std::move(run), std::move(complete));
}

}  // namespace

std::string fill_in(std::string_view text, mcp::prompt_arguments const& arguments)
{
    std::string out;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size() - 1);
        auto line = text.substr(0, end + 1);
        text.remove_prefix(end + 1);
        std::string filled;
        bool complete = true;
        for (auto open = line.find('{'); open != std::string_view::npos; open = line.find('{')) {
            auto const close = line.find('}', open);
            if (close == std::string_view::npos)
                break;
            auto const given = arguments.find(std::string(line.substr(open + 1, close - open - 1)));
            complete = complete && given != arguments.end();
            filled += line.substr(0, open);
            if (given != arguments.end())
                filled += given->second;
            line.remove_prefix(close + 1);
        }
        if (complete)
            out.append(filled).append(line);
    }
    return out;
}

void add_prompts(
    server::features& offered,
    agent::agent_file const& expert,
    agent::knowledge const& known,
    std::string project,
    boost::asio::any_io_executor pool)
{
    for (auto const& c : commands())
        add(offered, expert, c, known, project, pool);
}

}  // namespace app
