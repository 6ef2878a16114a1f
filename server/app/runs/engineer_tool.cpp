#include "server/app/engineer_tool.hpp"

#include "agent/report.hpp"

#include <boost/asio/awaitable.hpp>
#include <fmt/format.h>

#include <chrono>

namespace app {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t max_task = 200 << 10;  // bytes

struct EngineerArguments {
    std::string task;
    std::optional<std::string> project_path;
    std::optional<std::vector<std::string>> files;
    std::optional<agent::run_mode> mode;
    std::optional<std::string> model;
    std::optional<double> max_cost_usd;
};
BOOST_DESCRIBE_STRUCT(EngineerArguments, (), (task, project_path, files, mode, model, max_cost_usd))

mcp::descriptions const texts{
    {"task",
     "What to do, in full sentences: the behaviour wanted, who may use it, what to store where."},
    {"project_path",
     "The project's folder, inside one that the server was allowed to read. Default: the server's "
     "project."},
    {"files", "Paths in the project that the task is about; their text is read first."},
    {"mode", "implement (default): finished files. plan, review, explain: no files."},
    {"model", "A model id, or sonnet, opus, haiku, fable. Default: as the server is configured."},
    {"max_cost_usd", "End the run at this estimated cost."}};

mcp::Tool describe(agent::agent_file const& expert)
{
    mcp::Tool tool;
    tool.name = "nextjs_backend_engineer";
    tool.title = "Next.js backend engineer";
    tool.description = expert.description;
    // It reads the project and writes nothing; it does go out for documentation and a model.
    tool.annotations.emplace();
    tool.annotations->readOnlyHint = true;
    tool.annotations->destructiveHint = false;
    tool.annotations->openWorldHint = true;
    // Hosts that defer tools, or cut long results, are asked not to (hosts-and-domain 0.7).
    tool._meta =
        mcp::json::object{{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 200000}};
    return tool;
}

agent::run_request request_from(EngineerArguments arguments)
{
    if (arguments.task.find_first_not_of(" \t\r\n") == std::string::npos)
        throw server::tool_error("arguments.task: empty. Say what to do, in full sentences.");
    if (arguments.task.size() > max_task)
        throw server::tool_error(fmt::format(
            "arguments.task: larger than {} bytes. Name files in `files` instead of pasting them.",
            max_task));
    agent::run_request out;
    out.task = mcp::sanitize(arguments.task);
    out.project_path = arguments.project_path.value_or("");
    out.files = arguments.files.value_or(std::vector<std::string>());
    out.mode = arguments.mode.value_or(agent::run_mode::implement);
    out.model = arguments.model.value_or("");
    out.max_cost_usd = arguments.max_cost_usd;
    return out;
}

mcp::CallToolResult result_of(agent::run_outcome const& outcome, mcp::redactor const& redact)
{
    switch (outcome.status) {
    case agent::run_status::brief:
        return mcp::text_result(redact(outcome.brief));
    case agent::run_status::completed:
    case agent::run_status::stopped:
        return mcp::text_result(redact(agent::render_report(outcome)));
    case agent::run_status::refused:
    case agent::run_status::failed:
        break;
    }
    return mcp::error_result(redact(outcome.reason));
}

}  // namespace

void add_engineer_tool(
    server::features& offered,
    agent::engineer& engineer,
    agent::agent_file const& expert,
    mcp::redactor const& redact)
{
    offered.add_tool<EngineerArguments>(
        describe(expert),
        texts,
        [&engineer, &redact](server::request_context& ctx, EngineerArguments arguments)
            -> awaitable<mcp::CallToolResult> {
            auto request = request_from(std::move(arguments));
            ctx.heartbeat(10s);
            auto on_progress = [&ctx, &redact](std::string_view text) {
                ctx.progress(redact(mcp::sanitize_line(text, 200)));
            };
            auto const outcome = co_await engineer.run(std::move(request), on_progress);
            co_return result_of(outcome, redact);
        });
}

}  // namespace app
