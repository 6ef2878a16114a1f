#include "server/app/runs/run_resources.hpp"

#include "agent/brief.hpp"
#include "agent/docs/quote.hpp"
#include "agent/project/diff.hpp"
#include "agent/project/project_root.hpp"
#include "agent/report.hpp"
#include "agent/runs/recorded.hpp"
#include "protocol/errors.hpp"
#include "protocol/sha256.hpp"
#include "server/app/runs/run_text.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace app {

using agent::run_record;
using boost::asio::awaitable;

namespace {

constexpr char as_markdown[] = "text/markdown";
constexpr std::size_t most_listed = 1'000;

// A run and what it has done so far.
struct looked_up {
    delivery::run_ptr run;
    std::vector<run_record> records;
};

awaitable<looked_up> look_up(
    delivery const& by,
    server::request_context& ctx,
    std::string uri,
    mcp::uri_variables const& variables)
{
    auto const id = variables.find("run_id");
    looked_up out;
    if (id != variables.end())
        out.run = co_await by.runs.find(id->second, ctx.principal());
    if (!out.run)
        throw mcp::resource_not_found(uri);
    out.records = co_await by.runs.records(out.run->id);
    co_return out;
}

std::string overview(looked_up const& it)
{
    auto const& run = *it.run;
    auto out = fmt::format(
        "# Run {}\n\nState: {}. Begun {:%F %T} UTC.\n\n> {}\n\n",
        run.id,
        boost::describe::enum_to_string(run.state, ""),
        fmt::gmtime(std::chrono::system_clock::to_time_t(run.created)),
        mcp::sanitize_line(run.request.task, 300));
    if (run.outcome)
        return out + (run.outcome->status == agent::run_status::brief
                          ? run.outcome->brief
                          : agent::render_report(*run.outcome));
    for (auto const& line : run.lines)
        out += fmt::format("- {}\n", line.text);
    return out;
}

std::vector<agent::file_change> files_of(looked_up const& it)
{
    return it.run->outcome ? it.run->outcome->files : agent::files_of(it.records);
}

// What the files replace is read now; where it is not what the run saw, the diff says so.
std::string diff(looked_up const& it)
{
    auto const project = agent::project_of(it.records);
    auto const root =
        project.empty() ? agent::project_root::empty() : agent::project_root::open(project);
    std::string out;
    for (auto const& change : files_of(it)) {
        std::optional<std::string> before;
        if (change.kind != agent::change_kind::created && root)
            if (auto text = root->read(change.path))
                before = std::move(*text);
        if (change.kind != agent::change_kind::created &&
            (!before || mcp::sha256_hex(*before) != change.base_sha256))
            out +=
                fmt::format("# {} has changed since; this is against it as it is.\n", change.path);
        std::optional<std::string_view> after;
        if (change.kind != agent::change_kind::deleted)
            after = change.text;
        out += agent::unified_diff(change.path, before, after);
    }
    return out.empty() ? "# No file was changed.\n" : out;
}

std::string documentation(looked_up const& it)
{
    std::string out = "# Documentation looked up\n\n";
    for (auto const& found : agent::documentation_of(it.records))
        out += agent::quote(found) + "\n";
    return out;
}

std::string transcript(looked_up const& it)
{
    return agent::transcript_of(it.run->request, it.records);
}

using view = std::string (*)(looked_up const&);

awaitable<mcp::ReadResourceResult> read_view(
    delivery const& by,
    server::request_context& ctx,
    std::string uri,
    mcp::uri_variables variables,
    view shown,
    char const* mime)
{
    auto const it = co_await look_up(by, ctx, uri, variables);
    co_return mcp::text_resource(uri, mime, by.redact(shown(it)));
}

awaitable<mcp::ReadResourceResult> read_file(
    delivery const& by, server::request_context& ctx, std::string uri, mcp::uri_variables variables)
{
    auto const it = co_await look_up(by, ctx, uri, variables);
    auto const files = files_of(it);
    auto const path = variables.find("path");
    auto const found = path == variables.end()
                           ? files.end()
                           : std::ranges::find(files, path->second, &agent::file_change::path);
    if (found == files.end() || found->kind == agent::change_kind::deleted)
        throw mcp::resource_not_found(uri);
    co_return mcp::text_resource(uri, "text/plain", by.redact(found->text));
}

awaitable<std::vector<mcp::Resource>> list_runs(delivery const& by, server::request_context& ctx)
{
    auto const rows = co_await by.runs.list(ctx.principal(), most_listed);
    std::vector<mcp::Resource> out;
    for (auto const& row : rows) {
        mcp::Resource r;
        r.uri = run_uri(row.id);
        r.name = row.id;
        r.title = row.title;
        r.description = fmt::format("A run, {}", boost::describe::enum_to_string(row.state, ""));
        r.mimeType = as_markdown;
        out.push_back(std::move(r));
    }
    co_return out;
}

awaitable<std::vector<std::string>>
complete_id(delivery const& by, server::request_context& ctx, std::string, server::filled_in)
{
    auto const rows = co_await by.runs.list(ctx.principal(), most_listed);
    std::vector<std::string> out;
    out.reserve(rows.size());
    for (auto const& row : rows)
        out.push_back(row.id);
    co_return out;
}

awaitable<std::vector<std::string>> complete_path(
    delivery const& by, server::request_context& ctx, std::string, server::filled_in others)
{
    auto run = co_await by.runs.find(others["run_id"], ctx.principal());
    std::vector<std::string> out;
    if (!run)
        co_return out;
    looked_up it;
    it.run = run;
    it.records = co_await by.runs.records(run->id);
    for (auto const& file : files_of(it))
        if (file.kind != agent::change_kind::deleted)
            out.push_back(file.path);
    co_return out;
}

mcp::ResourceTemplate
template_of(char const* uri, char const* name, char const* title, char const* mime)
{
    mcp::ResourceTemplate out;
    out.uriTemplate = uri;
    out.name = name;
    out.title = title;
    out.mimeType = mime;
    return out;
}

}  // namespace

void add_run_resources(server::features& offered, delivery const& by)
{
    server::completers ids;
    ids["run_id"] = [&by](server::request_context& ctx, std::string typed, server::filled_in o) {
        return complete_id(by, ctx, std::move(typed), std::move(o));
    };
    auto files = ids;
    files["path"] = [&by](server::request_context& ctx, std::string typed, server::filled_in o) {
        return complete_path(by, ctx, std::move(typed), std::move(o));
    };
    auto const add = [&](mcp::ResourceTemplate what, view shown) {
        auto const* mime = shown == &diff ? "text/x-diff" : as_markdown;
        offered.add_resource_template(
            std::move(what),
            [&by, shown, mime](
                server::request_context& ctx, std::string uri, mcp::uri_variables variables) {
                return read_view(by, ctx, std::move(uri), std::move(variables), shown, mime);
            },
            ids);
    };
    add(template_of("run://{run_id}", "run", "A run", as_markdown), &overview);
    add(template_of("run://{run_id}/diff", "run-diff", "All changes of a run", "text/x-diff"),
        &diff);
    add(template_of(
            "run://{run_id}/transcript",
            "run-transcript",
            "What a run's model said and did",
            as_markdown),
        &transcript);
    add(template_of(
            "run://{run_id}/documentation",
            "run-documentation",
            "The documentation that a run looked up",
            as_markdown),
        &documentation);
    offered.add_resource_template(
        template_of(run_file_template, "run-file", "A file that a run wrote", "text/plain"),
        [&by](server::request_context& ctx, std::string uri, mcp::uri_variables variables) {
            return read_file(by, ctx, std::move(uri), std::move(variables));
        },
        files);
    offered.list_resources_of([&by](server::request_context& ctx) { return list_runs(by, ctx); });
    by.runs.on_change([&offered](agent::live_run const& run, agent::runs::change what) {
        if (what != agent::runs::change::said)
            offered.changes().resources();
        offered.changes().resource(run_uri(run.id));
    });
}

}  // namespace app
