#include "agent/checks/types/tools/project_tools.hpp"

#include "agent/checks/types/output/build_output.hpp"
#include "agent/checks/types/output/tsc_output.hpp"
#include "protocol/rpc/async.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

using boost::asio::awaitable;
using verdict = types_result::verdict;

namespace {

constexpr char no_config[] = "next.config.mjs";
constexpr std::size_t largest_generated = 4U << 20U;

// Told to a person, and to the model: one line of what a tool said.
std::string essence(std::string_view output)
{
    std::string_view last;
    for (auto rest = output; !rest.empty();) {
        auto const end = std::min(rest.find('\n'), rest.size());
        auto const line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        last = line;
        if (line.find("rror: ") != std::string_view::npos)
            break;
    }
    return mcp::sanitize_line(last, 300);
}

std::string size_text(std::uint64_t bytes)
{
    return bytes < 10U << 20U ? fmt::format("{} KB", bytes >> 10U)
                              : fmt::format("{} MB", bytes >> 20U);
}

bool succeeded(tool_run const& ended)
{
    return ended.how == tool_run::ending::exited && ended.code == 0;
}

std::string_view whole_lines(tool_run const& ended)
{
    std::string_view const text = ended.output;
    return ended.cut() ? text.substr(0, text.rfind('\n') + 1) : text;
}

}  // namespace

void stop_check(verdict status, std::string reason)
{
    throw check_stopped{status, std::move(reason)};
}

project_tools::project_tools(
    node_tools tools,
    types_request const& request,
    source_copy const& copy,
    shadow& in,
    boost::asio::any_io_executor pool,
    types_result& result)
    : tools_(std::move(tools)),
      request_(request),
      copy_(copy),
      shadow_(in),
      pool_(std::move(pool)),
      result_(result)
{
    place_.project = request.project.path();
    place_.shadow = in.path();
}

void project_tools::note(std::string text)
{
    auto& all = result_.notes;
    if (std::find(all.begin(), all.end(), text) == all.end())
        all.push_back(std::move(text));
}

awaitable<tool_run> project_tools::run(
    std::string name,
    std::string program,
    std::vector<std::string> arguments,
    std::chrono::milliseconds limit)
{
    tool_command command;
    command.argv.push_back(tools_.node);
    // Its own limit first: it tells what happened better than the kernel's.
    command.argv.push_back(
        fmt::format("--max-old-space-size={}", (request_.limits.memory >> 20U) * 3 / 4));
    command.argv.push_back(std::move(program));
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = tool_variables(tools_, request_.environment);
    command.directory = shadow_.path();
    command.limit = limit;
    command.memory = request_.limits.memory;
    command.output = request_.limits.output;
    auto ended = co_await run_tool(std::move(command));
    tool_time time;
    time.tool = name;
    time.took = ended.took;
    result_.times.push_back(std::move(time));
    if (ended.how == tool_run::ending::not_started)
        stop_check(verdict::not_run, name + " was not started: " + ended.status + ".");
    if (ended.cut())
        note(fmt::format(
            "{} printed {}; the first {} of it were read.",
            name,
            size_text(ended.printed),
            size_text(ended.output.size())));
    co_return ended;
}

void project_tools::give_up(
    std::string const& name, tool_run const& ended, std::chrono::milliseconds limit) const
{
    auto const said = essence(without_places(ended.output, place_));
    auto const tail = said.empty() ? std::string(".") : "; it said: " + said;
    if (ended.how == tool_run::ending::timed_out)
        stop_check(
            verdict::timed_out,
            fmt::format(
                "{} did not end within {} s and was killed{}",
                name,
                (limit.count() + 999) / 1000,
                tail));
    std::string full;
    if (ended.output.find("out of memory") != std::string::npos)
        full =
            fmt::format(" (it needed more than {} of memory)", size_text(request_.limits.memory));
    stop_check(verdict::crashed, name + " " + ended.status + full + tail);
}

awaitable<void> project_tools::make_route_types(std::string name)
{
    if (tools_.next.empty())
        co_return;
    if (!tools_.has_typegen()) {
        note("This version of Next.js has no typegen, so that the types of the routes were not "
             "checked.");
        co_return;
    }
    auto const limit = request_.limits.typegen;
    std::vector<std::string> const arguments{"typegen"};
    auto ended = co_await run(name, tools_.next, arguments, limit);
    if (succeeded(ended))
        co_return;
    if (ended.how != tool_run::ending::exited || copy_.configs().empty())
        give_up(name, ended, limit);
    auto const why = essence(without_places(ended.output, place_));
    for (auto const& config : copy_.configs())
        static_cast<void>(shadow_.files().remove(config));
    // Where there is none, Next.js takes the one of a folder above: the project's own.
    if (auto const laid = shadow_.write(no_config, "export default {}\n"); !laid)
        stop_check(verdict::not_run, laid.error().message);
    ended = co_await run(name + " without next.config", tools_.next, arguments, limit);
    if (!succeeded(ended))
        give_up(name, ended, limit);
    static_cast<void>(shadow_.files().remove(no_config));
    for (auto const& config : copy_.configs())
        if (auto const text = copy_.base_text(config))
            static_cast<void>(shadow_.write(config, *text));
    note(
        copy_.configs().front() +
        " could not be loaded without the project's environment, so that the types of the routes "
        "were made without it; it said: " +
        why);
}

awaitable<std::vector<diagnostic>> project_tools::run_tsc(std::string name, bool changed)
{
    auto const limit = request_.limits.tsc;
    // All but the first two keep the project's own options from writing files, which may be
    // anywhere.
    // clang-format off
    std::vector<std::string> const arguments{
        "--noEmit", "--pretty", "false",
        "--incremental", "false", "--composite", "false", "--tsBuildInfoFile", "null",
        "--declaration", "false", "--emitDeclarationOnly", "false",
        "--generateTrace", "null", "--generateCpuProfile", "null"};
    // clang-format on
    auto const ended = co_await run(name, tools_.tsc, arguments, limit);
    auto parse = [&] { return told(parse_tsc_output(whole_lines(ended)), changed); };
    auto errors = co_await mcp::offload(pool_, parse);
    bool const complete = ended.how == tool_run::ending::exited &&
                          (ended.code == 0 || (ended.code <= 2 && !errors.empty()));
    if (!complete)
        give_up(name, ended, limit);
    if (ended.code == 0)
        errors.clear();
    co_return errors;
}

awaitable<std::vector<diagnostic>> project_tools::run_build(std::string name, bool changed)
{
    auto const limit = request_.limits.build;
    std::vector<std::string> const arguments{"build"};
    auto const ended = co_await run(name, tools_.next, arguments, limit);
    if (ended.how != tool_run::ending::exited)
        give_up(name, ended, limit);
    std::vector<diagnostic> errors;
    if (ended.code == 0)
        co_return errors;
    auto parse = [&] { return told(parse_build_output(ended.output), changed); };
    errors = co_await mcp::offload(pool_, parse);
    if (errors.empty())
        give_up(name, ended, limit);
    co_return errors;
}

std::vector<diagnostic> project_tools::told(std::vector<diagnostic> errors, bool changed) const
{
    file_reader const generated = [this](std::string const& file) -> std::optional<std::string> {
        std::string text;
        if (shadow_.files().read(file, largest_generated, text))
            return std::nullopt;
        return text;
    };
    file_reader const source = [this, changed](std::string const& file) {
        return changed ? copy_.changed_text(file) : copy_.base_text(file);
    };
    for (auto& one : errors)
        one = told_of_project(std::move(one), place_, generated, source);
    return errors;
}

}  // namespace agent
