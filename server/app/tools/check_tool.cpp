#include "server/app/tools/check_tool.hpp"

#include "agent/checks/rules/reports/reports.hpp"
#include "agent/checks/rules/rules.hpp"
#include "agent/checks/rules/source/file_role.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/resolve.hpp"
#include "agent/project/staged_edits.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"
#include "server/app/terminal/checked_files.hpp"

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <utility>

namespace app {

using boost::asio::awaitable;
namespace checks = agent::checks;

namespace {

constexpr std::size_t most_text = 30'000;  // bytes that hosts show whole
constexpr std::size_t most_frames = 30;
constexpr std::size_t most_paths = 1000;

struct ProposedFile {
    std::string path;
    std::string content;
};
BOOST_DESCRIBE_STRUCT(ProposedFile, (), (path, content))

struct CheckArguments {
    std::optional<std::string> project_path;
    std::optional<std::vector<std::string>> paths;
    std::optional<std::vector<ProposedFile>> files;
};
BOOST_DESCRIBE_STRUCT(CheckArguments, (), (project_path, paths, files))

mcp::descriptions const texts{
    {"project_path",
     "The project's folder, inside one that the server was allowed to read. Default: the server's "
     "project."},
    {"paths", "Files and folders of the project. Default: `files`, or without them the project."},
    {"files",
     "Files that are not written yet, checked as if they were: {path, content}, each whole."}};

mcp::Tool described()
{
    mcp::Tool tool;
    tool.name = "nextjs_backend_check";
    tool.title = "Check Next.js backend code";
    tool.description =
        "Checks backend code of a Next.js project against the conventions of its installed "
        "version: caching and invalidation, Server Actions, Route Handlers, proxy, secrets, "
        "authorization, queries. Each finding says where, what to do instead, and the "
        "documentation page. Takes milliseconds, runs nothing of the project. Call it on what you "
        "wrote before you hand it over.";
    tool.annotations.emplace();
    tool.annotations->readOnlyHint = true;
    tool.annotations->destructiveHint = false;
    tool.annotations->idempotentHint = true;
    tool.annotations->openWorldHint = false;
    return tool;
}

// Blocking. Throws tool_error where it cannot be checked.
std::string check(check_sources const& from, CheckArguments const& arguments)
{
    auto const refuse = [](std::string text) {
        throw server::tool_error(mcp::sanitize(std::move(text)));
    };
    auto const folder = agent::resolve_project(arguments.project_path.value_or(""), from.roots);
    if (!folder)
        refuse("arguments.project_path: " + folder.error().message);
    auto root = agent::project_root::open(*folder);
    if (!root)
        refuse(root.error().message);

    agent::staged_edits proposed(*root);
    std::vector<checks::checked_file> files;
    auto const& given = arguments.files.value_or(std::vector<ProposedFile>());
    for (std::size_t i = 0; i < given.size(); ++i)
        if (auto written = proposed.write(given[i].path, given[i].content); !written)
            refuse(fmt::format("arguments.files[{}]: {}", i, written.error().message));
    auto facts = agent::read_fingerprint(*root, from.known);
    for (auto const& change : proposed.changes()) {
        if (change.path == facts.next_config)
            agent::set_next_config(facts, change.path, change.text);
        if (checks::is_script(change.path))
            files.push_back({change.path, change.text, true});
    }
    std::vector<std::string> problems;
    auto const paths = arguments.paths.value_or(std::vector<std::string>());
    if (paths.size() > most_paths)
        refuse(fmt::format("arguments.paths: at most {}", most_paths));
    if (given.empty() || !paths.empty()) {
        auto gathered = gather_files(*root, paths, root->path());
        problems = std::move(gathered.problems);
        if (gathered.files.empty() && !paths.empty() && !problems.empty())
            refuse("arguments.paths: " + problems.front());
        for (auto& file : gathered.files)
            if (!proposed.at(file.path))
                files.push_back(std::move(file));
    }

    auto const reader = [&proposed](std::string_view path) -> std::optional<std::string> {
        auto text = proposed.read(path);
        if (!text)
            return std::nullopt;
        return std::move(*text);
    };
    auto const findings = checks::check_rules(files, checks::facts_of(facts), reader);
    checks::report_context context;
    context.files = files.size();
    context.frames = most_frames;
    auto out = checks::report_text(findings, files, context);
    for (auto const& problem : problems)
        out += mcp::sanitize_line(problem) + "\n";
    return mcp::head_and_tail(std::move(out), most_text);
}

}  // namespace

void add_check_tool(server::features& offered, check_sources sources)
{
    offered.add_tool<CheckArguments>(
        described(),
        texts,
        [sources = std::move(sources)](
            server::request_context&, CheckArguments arguments) -> awaitable<mcp::CallToolResult> {
            auto work = [&sources, &arguments] { return check(sources, arguments); };
            auto text = co_await mcp::offload(sources.pool, std::move(work));
            co_return mcp::text_result(std::move(text));
        });
}

}  // namespace app
