#include "server/app/terminal/runs_command.hpp"

#include "agent/project/paths.hpp"
#include "agent/report.hpp"
#include "agent/runs/recorded.hpp"
#include "agent/runs/run_log.hpp"
#include "server/app/terminal/find_run.hpp"
#include "server/app/terminal/print.hpp"
#include "server/app/terminal/watch_run.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace app {

namespace fs = std::filesystem;
using boost::asio::awaitable;

namespace {

constexpr std::size_t most_runs = 1'000;

std::string time_of(agent::wall_time at)
{
    return fmt::format("{:%F %T}", fmt::localtime(std::chrono::system_clock::to_time_t(at)));
}

// What scripts may rely on.
struct run_summary {
    std::string run_id;
    agent::run_state state;
    std::string title;
    std::int64_t created_ms;
    std::int64_t updated_ms;
    std::string principal;
};
BOOST_DESCRIBE_STRUCT(run_summary, (), (run_id, state, title, created_ms, updated_ms, principal))

run_summary summary_of(agent::run_row const& row)
{
    return {
        row.id,
        row.state,
        row.title,
        row.created.time_since_epoch().count(),
        row.updated.time_since_epoch().count(),
        row.principal};
}

awaitable<int> list(agent::runs& runs, bool json, mcp::redactor const& redact)
{
    auto const rows = co_await runs.list(std::nullopt, most_runs);
    std::vector<run_summary> all;
    std::string text;
    for (auto const& row : rows) {
        all.push_back(summary_of(row));
        text += fmt::format(
            "{}  {}  {:<17}  {}\n",
            row.id.substr(0, 12),
            time_of(row.updated),
            boost::describe::enum_to_string(row.state, ""),
            mcp::cut_utf8(row.title, 80));
    }
    if (json)
        print_json(all, redact);
    else
        print(text.empty() ? "No runs are kept.\n" : redact(text));
    co_return 0;
}

// A table of its turns.
std::string shown(std::vector<agent::turn_account> const& turns)
{
    if (turns.empty())
        return {};
    std::string out =
        "| turn | model | in | from cache | out | first token | time | cost | retries "
        "|\n|---|---|---|---|---|---|---|---|---|\n";
    auto const seconds = [](std::optional<std::int64_t> const& ms) {
        return ms ? fmt::format("{:.1f} s", static_cast<double>(*ms) / 1000) : std::string();
    };
    int number = 0;
    for (auto const& t : turns)
        out += fmt::format(
            "| {} | {} | {} | {} % | {} | {} | {} | {} | {} |\n",
            ++number,
            t.model,
            t.usage.total_input(),
            t.usage.cached_percent(),
            t.usage.output,
            seconds(t.first_token_ms),
            seconds(t.time_ms),
            t.cost_usd ? fmt::format("${:.4f}", *t.cost_usd) : "",
            t.retries);
    return out + "\n";
}

struct shown_run {
    std::string run_id;
    agent::run_state state;
    agent::run_request request;
    int turns;  // that are kept
    std::optional<agent::run_outcome> outcome;
    std::vector<agent::file_change> files;
};
BOOST_DESCRIBE_STRUCT(shown_run, (), (run_id, state, request, turns, outcome, files))

awaitable<int>
show(agent::runs& runs, agent::runs::run_ptr run, bool json, mcp::redactor const& redact)
{
    auto const records = co_await runs.records(run->id);
    auto const turns =
        std::ranges::count(records, agent::turn_record::kind, &agent::run_record::kind);
    if (json) {
        shown_run out;
        out.run_id = run->id;
        out.state = run->state;
        out.request = run->request;
        out.turns = static_cast<int>(turns);
        if (run->outcome)
            out.outcome = *run->outcome;
        out.files = run->outcome ? run->outcome->files : agent::files_of(records);
        print_json(out, redact);
        co_return 0;
    }
    auto text = fmt::format(
        "Run {}\nState: {}, begun {}, {} turn{} kept\n\n",
        run->id,
        boost::describe::enum_to_string(run->state, ""),
        time_of(run->created),
        turns,
        turns == 1 ? "" : "s");
    text += agent::transcript_of(run->request, records);
    text += shown(agent::turns_of(records));
    print(redact(text));
    if (run->outcome)
        print_outcome(*run, false, redact);
    co_return 0;
}

// What one turn took, for scripts: one line of JSON each.
struct turn_line {
    std::string run_id;
    int turn;
    std::int64_t run_created_ms;
    agent::turn_account took;
};
BOOST_DESCRIBE_STRUCT(turn_line, (), (run_id, turn, run_created_ms, took))

awaitable<void> print_turns(
    agent::runs& runs, std::string id, agent::wall_time created, mcp::redactor const& redact)
{
    auto const records = co_await runs.records(id);
    int turn = 0;
    for (auto const& took : agent::turns_of(records)) {
        turn_line line{id, ++turn, created.time_since_epoch().count(), took};
        print_json(line, redact);
    }
}

// Of one run, or of all that are kept.
awaitable<int> usage(agent::runs& runs, std::string const& id, mcp::redactor const& redact)
{
    if (!id.empty()) {
        auto const run = co_await find_run(runs, id);
        co_await print_turns(runs, run->id, run->created, redact);
        co_return 0;
    }
    for (auto const& row : co_await runs.list(std::nullopt, most_runs))
        co_await print_turns(runs, row.id, row.created, redact);
    co_return 0;
}

// Throws run_error.
void write(fs::path const& to, std::string const& text)
{
    std::error_code bad;
    fs::create_directories(to.parent_path(), bad);
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out)
        throw agent::run_error(fmt::format("Cannot write {}.", to.string()));
}

awaitable<int> export_to(
    agent::runs& runs, agent::runs::run_ptr run, std::string directory, mcp::redactor const& redact)
{
    fs::path const to(directory);
    std::error_code ignored;
    if (fs::exists(to, ignored) && !fs::is_empty(to, ignored))
        throw agent::run_error(
            fmt::format("{} is not empty; name a folder that is new or empty.", directory));
    auto const records = co_await runs.records(run->id);
    auto const files = run->outcome ? run->outcome->files : agent::files_of(records);
    std::size_t written = 0;
    for (auto const& file : files) {
        auto const path = agent::normalize(file.path);  // never out of the folder
        if (!path || file.kind == agent::change_kind::deleted)
            continue;
        write(to / "files" / *path, redact(file.text));
        ++written;
    }
    write(to / "transcript.md", redact(agent::transcript_of(run->request, records)));
    if (run->outcome)
        write(to / "report.md", redact(agent::render_report(*run->outcome)));
    fmt::print(
        "{} file{} written to {}\n", written, written == 1 ? "" : "s", (to / "files").string());
    co_return 0;
}

awaitable<int>
resume(agent::runs& runs, agent::runs::run_ptr run, bool json, mcp::redactor const& redact)
{
    bool const also_failed = true;
    co_await runs.go_on(run, also_failed);
    co_return co_await watch_run(runs, run, json, redact);
}

// 0 where what was asked for is so, with a sentence in any case.
int told(agent::apply_result const& result, agent::apply_outcome wanted, bool json)
{
    if (json) {
        agent::written_files out;
        out.applied = result.outcome == agent::apply_outcome::applied;
        out.files = result.files;
        out.message = result.message;
        print_json(out, mcp::redactor());
    } else {
        fmt::print(
            result.outcome == wanted ? stdout : stderr, "{}\n", mcp::sanitize(result.message));
    }
    return result.outcome == wanted ? 0 : 1;
}

awaitable<int>
apply(agent::runs& runs, agent::project_writer& writer, agent::runs::run_ptr run, bool json)
{
    if (!run->outcome || run->outcome->files.empty())
        throw agent::run_error("This run has no files to write.");
    auto const records = co_await runs.records(run->id);
    auto const result =
        co_await writer.apply(run->id, agent::project_of(records), run->outcome->files);
    co_return told(result, agent::apply_outcome::applied, json);
}

awaitable<int> carry_out(
    agent::runs& runs,
    agent::project_writer& writer,
    runs_options options,
    mcp::redactor const& redact)
{
    using verb = runs_options::verb;
    if (options.what == verb::list)
        co_return co_await list(runs, options.json, redact);
    if (options.what == verb::usage)
        co_return co_await usage(runs, options.id, redact);
    auto run = co_await find_run(runs, options.id);
    switch (options.what) {
    case verb::show:
        co_return co_await show(runs, run, options.json, redact);
    case verb::resume:
        co_return co_await resume(runs, run, options.json, redact);
    case verb::export_to:
        co_return co_await export_to(runs, run, options.directory, redact);
    case verb::apply:
        co_return co_await apply(runs, writer, run, options.json);
    case verb::undo: {
        auto const result = co_await writer.undo(run->id);
        co_return told(result, agent::apply_outcome::undone, options.json);
    }
    case verb::remove:
    case verb::list:
    case verb::usage:
        break;
    }
    co_await runs.remove(run);
    co_return 0;
}

}  // namespace

awaitable<int> runs_command(
    agent::runs& runs,
    agent::project_writer& writer,
    runs_options options,
    mcp::redactor const& redact)
{
    std::string mistake;
    try {
        co_return co_await carry_out(runs, writer, std::move(options), redact);
    } catch (agent::run_error const& e) {
        mistake = e.what();
    }
    fmt::print(stderr, "{}\n", redact(mistake));
    co_return 1;
}

}  // namespace app
