#include "server/app/tools/check_tool.hpp"

#include "agent/checks/rules/reports/reports.hpp"
#include "agent/checks/rules/rules.hpp"
#include "agent/checks/rules/source/file_role.hpp"
#include "agent/checks/source_files.hpp"
#include "agent/checks/types_rows.hpp"
#include "agent/project/fingerprint.hpp"
#include "agent/project/resolve.hpp"
#include "agent/project/staged_edits.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
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
    std::optional<agent::verify_level> verify;
};
BOOST_DESCRIBE_STRUCT(CheckArguments, (), (project_path, paths, files, verify))

mcp::descriptions const check_texts{
    {"project_path",
     "The project's folder, inside one that the server was allowed to read. Default: the server's "
     "project."},
    {"paths", "Files and folders of the project. Default: `files`, or without them the project."},
    {"files",
     "Files that are not written yet, checked as if they were: {path, content}, each whole."},
    {"verify",
     "rules (default: nothing of the project is run), types (also its next typegen and tsc), build "
     "(also its next build, which takes a minute)."}};

mcp::Tool described()
{
    mcp::Tool tool;
    tool.name = "nextjs_backend_check";
    tool.title = "Check Next.js backend code";
    tool.description =
        "Checks backend code of a Next.js project against the conventions of its installed "
        "version: caching and invalidation, Server Actions, Route Handlers, proxy, secrets, "
        "authorization, queries. Each finding says where, what to do instead, and the "
        "documentation page. Takes milliseconds; with `verify` the project's own type checker or "
        "build is run as well, and what is new is told from what was there. Call it on what you "
        "wrote before you hand it over.";
    tool.annotations.emplace();
    tool.annotations->readOnlyHint = true;
    tool.annotations->destructiveHint = false;
    tool.annotations->idempotentHint = true;
    tool.annotations->openWorldHint = false;
    return tool;
}

[[noreturn]] void refuse(std::string text)
{
    throw server::tool_error(mcp::sanitize(std::move(text)));
}

// What was looked at, and what was found in it.
struct checked {
    std::optional<agent::staged_edits> proposed;
    std::vector<checks::checked_file> files;
    std::vector<checks::finding> findings;
    std::vector<std::string> problems;  // a sentence each
};
using checked_ptr = std::unique_ptr<checked>;

checks::source_reader reader_of(agent::staged_edits const& proposed)
{
    return [&proposed](std::string_view path) -> std::optional<std::string> {
        auto text = proposed.read(path);
        if (!text)
            return std::nullopt;
        return std::move(*text);
    };
}

// Blocking. Throws tool_error where it cannot be checked.
checked_ptr check_rules(check_sources const& from, CheckArguments const& arguments)
{
    auto const folder = agent::resolve_project(arguments.project_path.value_or(""), from.roots);
    if (!folder)
        refuse("arguments.project_path: " + folder.error().message);
    auto root = agent::project_root::open(*folder);
    if (!root)
        refuse(root.error().message);

    auto out = std::make_unique<checked>();
    auto& proposed = out->proposed.emplace(*root);
    auto const& given = arguments.files.value_or(std::vector<ProposedFile>());
    for (std::size_t i = 0; i < given.size(); ++i)
        if (auto written = proposed.write(given[i].path, given[i].content); !written)
            refuse(fmt::format("arguments.files[{}]: {}", i, written.error().message));
    auto facts = agent::read_fingerprint(*root, from.known);
    for (auto const& change : proposed.changes()) {
        if (change.path == facts.next_config)
            agent::set_next_config(facts, change.path, change.text);
        if (checks::is_script(change.path))
            out->files.push_back({change.path, change.text, true});
    }
    auto const paths = arguments.paths.value_or(std::vector<std::string>());
    if (paths.size() > most_paths)
        refuse(fmt::format("arguments.paths: at most {}", most_paths));
    if (given.empty() || !paths.empty()) {
        auto gathered = checks::gather_files(*root, paths, root->path());
        out->problems = std::move(gathered.problems);
        if (gathered.files.empty() && !paths.empty() && !out->problems.empty())
            refuse("arguments.paths: " + out->problems.front());
        for (auto& file : gathered.files)
            if (!proposed.at(file.path))
                out->files.push_back(std::move(file));
    }
    out->findings = checks::check_rules(out->files, checks::facts_of(facts), reader_of(proposed));
    return out;
}

// What the types or the build came to, after the rules.
awaitable<void> add_types(check_sources const& from, bool build, checked& to)
{
    auto changes = to.proposed->changes();
    bool const whole = changes.empty();
    auto ran = co_await agent::check_types_in_turn(
        from.types, to.proposed->project(), std::move(changes), build, from.pool);
    if (whole)
        ran = agent::of_whole_project(std::move(ran));
    auto found = agent::findings_of(ran.introduced);
    std::ranges::move(found, std::back_inserter(to.findings));
    for (auto const& row : agent::rows_of(ran, build, reader_of(*to.proposed)).results)
        if (build || row.check == "Types")
            to.problems.push_back(
                fmt::format("{}: {}. {}", row.check, agent::shown(row.status), row.detail));
}

awaitable<mcp::CallToolResult> check(check_sources const& from, CheckArguments arguments)
{
    auto const level = arguments.verify.value_or(agent::verify_level::rules);
    if (level > from.types.most)
        refuse("arguments.verify: this server may not run that much of a project (--max-verify).");
    auto work = [&from, &arguments] { return check_rules(from, arguments); };
    auto const found = co_await mcp::offload(from.pool, work);
    if (level != agent::verify_level::rules)
        co_await add_types(from, level == agent::verify_level::build, *found);
    checks::report_context context;
    context.files = found->files.size();
    context.frames = most_frames;
    auto out = checks::report_text(found->findings, found->files, context);
    for (auto const& problem : found->problems)
        out += mcp::sanitize_line(problem) + "\n";
    co_return mcp::text_result(mcp::head_and_tail(std::move(out), most_text));
}

}  // namespace

void add_check_tool(server::features& offered, check_sources sources)
{
    offered.add_tool<CheckArguments>(
        described(),
        check_texts,
        [sources = std::move(sources)](server::request_context&, CheckArguments arguments) {
            return check(sources, std::move(arguments));
        });
}

}  // namespace app
