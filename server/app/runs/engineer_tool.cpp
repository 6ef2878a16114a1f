#include "server/app/runs/engineer_tool.hpp"

#include "server/app/runs/client_roots.hpp"

#include <boost/asio/awaitable.hpp>

namespace app {

using boost::asio::awaitable;

namespace {

struct EngineerArguments {
    std::string task;
    std::optional<std::string> project_path;
    std::optional<std::vector<std::string>> files;
    std::optional<agent::run_mode> mode;
    std::optional<std::string> model;
    std::optional<double> max_cost_usd;
    std::optional<agent::verify_level> verify;
    std::optional<bool> apply;
    std::optional<std::string> run_id;
};
BOOST_DESCRIBE_STRUCT(
    EngineerArguments,
    (),
    (task, project_path, files, mode, model, max_cost_usd, verify, apply, run_id))

mcp::descriptions const texts{
    {"task",
     "What to do, in full sentences: the behaviour wanted, who may use it, what to store where."},
    {"project_path",
     "The project's folder, inside one that the server was allowed to read. Default: the one of "
     "these that the client has open, else the server's first."},
    {"files", "Paths in the project that the task is about; their text is read first."},
    {"mode", "implement (default): finished files. plan, review, explain: no files."},
    {"model", "A model id, or sonnet, opus, haiku, fable. Default: as the server is configured."},
    {"max_cost_usd", "End the run at this estimated cost."},
    {"verify",
     "How the files are checked: rules (nothing of the project is run), types (default: also next "
     "typegen and tsc of the project), build (also next build)."},
    {"apply",
     "Write the files into the project once they are checked; all or none, with a backup. Only "
     "where the server was started with --allow-write."},
    {"run_id",
     "Goes on with that run: `task` is then a further task on its work, or the answers to its "
     "questions. The other arguments stay as they were."}};

struct ResultArguments {
    std::string run_id;
    std::optional<int> wait_seconds;
};
BOOST_DESCRIBE_STRUCT(ResultArguments, (), (run_id, wait_seconds))

mcp::descriptions const result_texts{
    {"run_id", "As nextjs_backend_engineer said it."},
    {"wait_seconds",
     "Wait at most this long for the result. Default: as long as this client waits for a tool."}};

struct CancelArguments {
    std::string run_id;
};
BOOST_DESCRIBE_STRUCT(CancelArguments, (), (run_id))

// Its first words are what hosts show where they show little (hosts-and-domain 3.2).
constexpr char description[] =
    "Expert Next.js backend engineer: does a backend task in a Next.js App Router project and "
    "returns finished, documented files. Call it for server actions, route handlers, proxy and "
    "middleware, data fetching, caching and revalidation, databases, authentication, webhooks and "
    "other integrations; not for styling, UI components or other frontend work. It reads the "
    "project, looks the documentation of the installed versions up first, and checks its code with "
    "the project's own compiler. Give it the whole task at once. It may take minutes, and is never "
    "lost.";

mcp::Tool describe(bool may_write)
{
    mcp::Tool tool;
    tool.name = "nextjs_backend_engineer";
    tool.title = "Next.js backend engineer";
    tool.description = description;
    // It reads the project, and writes where that was allowed; it does go out for documentation
    // and a model.
    tool.annotations.emplace();
    tool.annotations->readOnlyHint = !may_write;
    tool.annotations->destructiveHint = may_write;
    tool.annotations->openWorldHint = true;
    // Hosts that defer tools, or cut long results, are asked not to (hosts-and-domain 0.7).
    tool._meta =
        mcp::json::object{{"anthropic/alwaysLoad", true}, {"anthropic/maxResultSizeChars", 200000}};
    return tool;
}

agent::run_request request_from(EngineerArguments arguments)
{
    agent::run_request out;
    out.task = std::move(arguments.task);
    out.project_path = arguments.project_path.value_or("");
    out.files = arguments.files.value_or(std::vector<std::string>());
    out.mode = arguments.mode.value_or(agent::run_mode::implement);
    out.model = arguments.model.value_or("");
    out.max_cost_usd = arguments.max_cost_usd;
    out.verify = arguments.verify;
    if (arguments.apply.value_or(false))
        out.apply = true;
    return out;
}

// What the tool that begins runs goes by.
struct tool_place {
    delivery const& by;
    bool may_write;
    client_roots client;
};

// Of a tool that only looks after a run.
mcp::Tool about_a_run(char const* name, char const* title, char const* description)
{
    mcp::Tool tool;
    tool.name = name;
    tool.title = title;
    tool.description = description;
    tool.annotations.emplace();
    tool.annotations->destructiveHint = false;
    tool.annotations->openWorldHint = false;
    return tool;
}

// The run that a call is about: the one whose questions it answers, the one it names, or a new one.
awaitable<delivery::run_ptr>
run_for(delivery const& by, server::request_context& ctx, EngineerArguments arguments)
{
    if (auto asked = delivery::asked_by(ctx); !asked.empty()) {
        auto run = co_await by.find(ctx, std::move(asked));
        co_await by.take_answers(ctx, run);
        co_return run;
    }
    if (!arguments.run_id) {
        auto request = request_from(std::move(arguments));
        co_return co_await by.runs.begin(
            std::move(request), ctx.principal(), ctx.client().supports("sampling"));
    }
    auto run = co_await by.find(ctx, *arguments.run_id);
    co_await by.runs.say(run, std::move(arguments.task));
    co_return run;
}

awaitable<delivery::outcome>
engineer(tool_place const& place, server::request_context& ctx, EngineerArguments arguments)
{
    auto const& by = place.by;
    if (arguments.apply.value_or(false) && !place.may_write)
        throw server::tool_error(
            "arguments.apply: this server may not write into projects; start it with "
            "--allow-write, or call without apply and take the files from the answer.");
    bool const anew = !arguments.run_id && delivery::asked_by(ctx).empty();
    if (anew && arguments.project_path.value_or("").empty()) {
        if (place.client.must_ask(ctx)) {
            server::input_required first;
            first.requests.emplace(client_roots::key, mcp::list_roots());
            co_return first;
        }
        if (auto open = place.client.project(ctx); !open.empty())
            arguments.project_path = std::move(open);
    }
    std::string mistake;
    try {
        auto run = co_await run_for(by, ctx, std::move(arguments));
        co_return co_await by.deliver(ctx, run);
    } catch (agent::run_error const& e) {
        mistake = e.what();
    }
    throw server::tool_error(mistake);
}

awaitable<delivery::outcome>
result(delivery const& by, server::request_context& ctx, ResultArguments arguments)
{
    auto const wait = arguments.wait_seconds;
    if (wait && *wait < 0)
        throw server::tool_error("arguments.wait_seconds: less than 0");
    auto run = co_await by.find(ctx, std::move(arguments.run_id));
    std::string mistake;
    try {
        co_await by.take_answers(ctx, run);
        co_await by.runs.go_on(run);
        std::optional<std::chrono::seconds> longest;
        if (wait)
            longest = std::chrono::seconds(*wait);
        co_return co_await by.poll(ctx, run, longest);
    } catch (agent::run_error const& e) {
        mistake = e.what();
    }
    throw server::tool_error(mistake);
}

awaitable<mcp::CallToolResult>
cancel(delivery const& by, server::request_context& ctx, CancelArguments arguments)
{
    auto run = co_await by.find(ctx, std::move(arguments.run_id));
    if (agent::has_ended(run->state))
        co_return mcp::text_result("This run has ended already; nothing was stopped.");
    co_await by.runs.cancel(run, "Cancelled with nextjs_backend_engineer_cancel.");
    co_return mcp::text_result(
        "Cancelled. What was done so far is kept: nextjs_backend_engineer_result shows it.");
}

}  // namespace

void add_engineer_tools(
    server::features& offered, delivery const& by, engineer_options const& options)
{
    tool_place place{by, options.may_write, client_roots(options.roots)};
    offered.add_tool<EngineerArguments>(
        describe(options.may_write),
        texts,
        [place = std::move(place)](server::request_context& ctx, EngineerArguments arguments) {
            return engineer(place, ctx, std::move(arguments));
        });
    auto asks = about_a_run(
        "nextjs_backend_engineer_result",
        "Result of a run",
        "Waits for a run that nextjs_backend_engineer handed over, and returns its result, or how "
        "far it has come. Costs nothing. Call it again until there is a result; a run that was "
        "interrupted goes on.");
    asks.annotations->readOnlyHint = true;
    offered.add_tool<ResultArguments>(
        std::move(asks),
        result_texts,
        [&by](server::request_context& ctx, ResultArguments arguments) {
            return result(by, ctx, std::move(arguments));
        });
    auto stops = about_a_run(
        "nextjs_backend_engineer_cancel",
        "Stop a run",
        "Stops a run of nextjs_backend_engineer. What it has done is kept.");
    stops.annotations->idempotentHint = true;
    offered.add_tool<CancelArguments>(
        std::move(stops),
        {{"run_id", "As nextjs_backend_engineer said it."}},
        [&by](server::request_context& ctx, CancelArguments arguments) {
            return cancel(by, ctx, std::move(arguments));
        });
    offered.on_lost_task([&by](server::request_context& ctx, std::string id) {
        return by.find_task(ctx, std::move(id));
    });
}

}  // namespace app
