#include "server/app/config.hpp"

#include <boost/describe/enum_from_string.hpp>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace app {
namespace {

// XDG Base Directory Specification. Empty: there is no home.
std::string
own_directory(environment const& env, char const* variable, std::string const& below_home)
{
    if (auto base = env(variable))
        return *base + "/nextjs-backend-engineer";
    if (auto home = env("HOME"))
        return *home + below_home + "/nextjs-backend-engineer";
    return {};
}

// Where nothing is said, the folder we were started in, if it is a project. Never "/" or a home
// folder: desktop hosts start servers there.
std::vector<std::string> default_roots(environment const& env)
{
    std::error_code ignored;
    for (auto const& folder :
         {env("CLAUDE_PROJECT_DIR"),
          std::optional(std::filesystem::current_path(ignored).string())})
        if (folder &&
            std::filesystem::exists(std::filesystem::path(*folder) / "package.json", ignored))
            return {*folder};
    return {};
}

template <class Enum>
CLI::Validator one_of(std::string const& names)
{
    return CLI::Validator(
        [names](std::string& text) {
            Enum value{};
            return boost::describe::enum_from_string(text.c_str(), value)
                       ? std::string()
                       : "must be one of " + names;
        },
        names);
}

template <class Enum>
Enum as(std::string const& name)
{
    Enum value{};
    boost::describe::enum_from_string(name.c_str(), value);
    return value;
}

}  // namespace

environment process_environment()
{
    return [](char const* name) -> std::optional<std::string> {
        auto const* value = std::getenv(name);
        if (!value || !*value || std::string_view(value).starts_with("${"))
            return std::nullopt;
        return value;
    };
}

namespace {

CLI::App* add_runs_commands(CLI::App& cli, runs_options& to)
{
    using verb = runs_options::verb;
    auto* runs = cli.add_subcommand(
        "runs", "List the runs that are kept; show, resume, export, apply, undo, rm");
    runs->require_subcommand(0, 1);
    runs->fallthrough();
    runs->add_flag("--json", to.json, "Print JSON");
    auto const add = [&](char const* name, char const* text, verb what) {
        auto* command = runs->add_subcommand(name, text);
        command->add_option("id", to.id, "The run, or how its id begins")->required();
        command->add_flag("--json", to.json, "Print JSON");
        command->callback([&to, what] { to.what = what; });
        command->fallthrough();
        return command;
    };
    add("show", "What a run was asked, what it did, and what came of it", verb::show);
    add("resume", "Go on with a run that was interrupted, failed or was stopped", verb::resume);
    add("export", "Write a run's files and its report to a folder", verb::export_to)
        ->add_option("directory", to.directory, "Where to; made if it is not there")
        ->required();
    add("apply", "Write a run's files into the project it was made for", verb::apply);
    add("undo", "Bring back what a run's files have replaced", verb::undo);
    add("rm", "Forget a run", verb::remove);
    return runs;
}

CLI::App* add_docs_commands(CLI::App& cli, docs_options& to)
{
    using verb = docs_options::verb;
    auto* docs = cli.add_subcommand(
        "docs",
        "Documentation that the project has installed: search, list, status, refresh, clear");
    docs->require_subcommand(1);
    docs->fallthrough();
    auto const add = [&](char const* name, char const* text, verb what) {
        auto* command = docs->add_subcommand(name, text);
        command->callback([&to, what] { to.what = what; });
        command->fallthrough();
        return command;
    };
    auto* search =
        add("search", "What the installed documentation says to a question", verb::search);
    search->add_option("question", to.question, "A concept in a few words")->required();
    search->add_option("--library", to.libraries, "npm package; repeatable (default: next)");
    search->add_option("--limit", to.limit, "Passages of each")
        ->capture_default_str()
        ->check(CLI::Range(1, 20));
    search->add_flag("--json", to.json, "Print JSON");
    add("list", "What can be searched, of every package the project depends on", verb::list)
        ->add_flag("--json", to.json, "Print JSON");
    add("status",
        "Whether each source of documentation can be asked, and what is wrong",
        verb::status);
    add("refresh", "Index it all again", verb::refresh)->add_flag("--json", to.json, "Print JSON");
    add("clear", "Forget indexes and kept answers", verb::clear);
    return docs;
}

constexpr char levels[] = "rules, types, build";

CLI::App*
add_check_command(CLI::App& cli, check_options& to, std::string& format, std::string& level)
{
    auto* check = cli.add_subcommand(
        "check",
        "Hold the project, or files and folders of it, against the rules of a Next.js backend");
    check->add_option("path", to.paths, "Files and folders (default: the whole project)");
    check->add_option("--format", format, "text, json or sarif")
        ->capture_default_str()
        ->check(one_of<check_format>("text, json, sarif"));
    check
        ->add_option(
            "--verify",
            level,
            "rules (nothing is run), types (next typegen and tsc of the project, too), or build")
        ->capture_default_str()
        ->check(one_of<agent::verify_level>(levels));
    check->add_flag("--fix", to.fix, "Make the changes that need no thought, in the files");
    check->add_option("--rule", to.rules, "This rule alone; repeatable")->allow_extra_args(false);
    check->add_flag("--rules", to.list, "List the rules");
    check->fallthrough();
    check->footer("Exit codes: 0 no errors, 1 errors found, 2 something could not be checked.");
    return check;
}

}  // namespace

config read_config(int argc, char const* const* argv, environment const& env)
{
    config out;
    out.state_directory = own_directory(env, "XDG_STATE_HOME", "/.local/state");
    out.cache_directory = own_directory(env, "XDG_CACHE_HOME", "/.cache");
    out.key_file = env("NEXTJS_BACKEND_ENGINEER_KEY_FILE").value_or("");
    out.key_command = env("NEXTJS_BACKEND_ENGINEER_KEY_COMMAND").value_or("");
    out.context7 = env("NEXTJS_BACKEND_ENGINEER_CONTEXT7").value_or(default_context7);
    out.libraries = env("NEXTJS_BACKEND_ENGINEER_LIBRARIES").value_or("");
    out.authorities = env("NODE_EXTRA_CA_CERTS").value_or("");
    out.vocabulary = env("NEXTJS_BACKEND_ENGINEER_VOCABULARY").value_or("");
    out.node = env("NEXTJS_BACKEND_ENGINEER_NODE").value_or(env("NODE").value_or(""));
    out.path = env("PATH").value_or("");
    out.home = env("HOME").value_or("");
    std::string level = env("NEXTJS_BACKEND_ENGINEER_LOG").value_or("notice");

    CLI::App cli{
        "An expert Next.js backend engineer for every AI host: an MCP server on stdio, "
        "sockets and HTTP, and `ask` for a terminal.\n"
        "Without a model key it still serves: it answers with the brief that the host's own model "
        "works from.",
        "nextjs-backend-engineer"};
    cli.set_version_flag("--version", "nextjs-backend-engineer " NBE_VERSION);
    serve_flags serving;
    serving.add_to(cli);
    bool no_context7 = false;
    double cost = 0;
    cli.add_option(
           "--project",
           out.roots,
           "A project folder that may be read; repeatable, the first is the default")
        ->check(CLI::ExistingDirectory);
    cli.add_option(
        "--model",
        out.model,
        "Model id or alias: sonnet, opus, haiku, fable (default: the prompt's, sonnet)");
    std::string whose = env("NEXTJS_BACKEND_ENGINEER_PROVIDER").value_or("automatic");
    cli.add_option(
           "--provider",
           whose,
           "anthropic (Messages), openai (chat completions, OpenRouter too), or automatic: the one "
           "there is a key for (env NEXTJS_BACKEND_ENGINEER_PROVIDER)")
        ->capture_default_str()
        ->check(one_of<app::provider>("automatic, anthropic, openai"));
    cli.add_option(
        "--base-url",
        out.base_url,
        "Where the model API is (env ANTHROPIC_BASE_URL, OPENAI_BASE_URL)");
    cli.add_flag(
        "--allow-http", out.insecure_http, "Allow a plain http:// base URL on another machine");
    cli.add_option(
        "--key-file",
        out.key_file,
        "File that holds the API key (env NEXTJS_BACKEND_ENGINEER_KEY_FILE)");
    cli.add_option(
        "--key-command",
        out.key_command,
        "Command that prints the API key (env NEXTJS_BACKEND_ENGINEER_KEY_COMMAND)");
    cli.add_option(
        "--record",
        out.record,
        "Folder to keep what is said to the model API and back, without keys, for a bug report");
    cli.add_option("--replay", out.replay, "Folder of such: it answers, and no API is asked")
        ->check(CLI::ExistingDirectory);
    cli.add_option(
        "--ca-file",
        out.authorities,
        "PEM file of certificates to trust beside the system's (env NODE_EXTRA_CA_CERTS)");
    cli.add_option(
           "--model-table", out.model_table, "JSON file with model aliases and prices of your own")
        ->check(CLI::ExistingFile);
    cli.add_option(
        "--libraries",
        out.libraries,
        "JSON file over what is known of npm packages: Context7 ids, words, topics (env "
        "NEXTJS_BACKEND_ENGINEER_LIBRARIES)");
    cli.add_option(
        "--vocabulary",
        out.vocabulary,
        "JSON file that adds to what documentation writes for people's words (env "
        "NEXTJS_BACKEND_ENGINEER_VOCABULARY)");
    cli.add_option(
           "--context7",
           out.context7,
           "Command that starts Context7, or the URL of one that is running (env "
           "NEXTJS_BACKEND_ENGINEER_CONTEXT7)")
        ->capture_default_str();
    cli.add_option(
        "--docs-lock",
        out.docs_lock,
        "JSON file that pins what Context7 answered: what is in it is not asked again, what is "
        "asked is added");
    cli.add_flag("--no-context7", no_context7, "Ask only the documentation inside the project");
    cli.add_option("--state-directory", out.state_directory, "Where runs are kept")
        ->capture_default_str();
    cli.add_option("--cache-directory", out.cache_directory, "Where what can be made again is kept")
        ->capture_default_str();
    cli.add_flag(
        "--allow-write",
        out.allow_write,
        "Let a run write its files into the project where it was asked to (apply)");
    std::string most_verified = "build";
    cli.add_option(
           "--max-verify",
           most_verified,
           "The most that may be run of a project to check files: rules (nothing), types (its "
           "compiler, which loads next.config), build")
        ->capture_default_str()
        ->check(one_of<agent::verify_level>(levels));
    cli.add_option(
        "--node",
        out.node,
        "The node to check types with (env NEXTJS_BACKEND_ENGINEER_NODE; default: found in PATH or "
        "where nvm, fnm, "
        "volta, asdf, mise or Homebrew put it)");
    cli.add_option("--max-turns", out.limits.turns, "Model turns a run")
        ->capture_default_str()
        ->check(CLI::Range(1, 200));
    auto* cost_option = cli.add_option("--max-cost-usd", cost, "Estimated cost at which a run ends")
                            ->check(CLI::PositiveNumber);
    long minutes = std::chrono::duration_cast<std::chrono::minutes>(out.limits.wall_time).count();
    cli.add_option("--max-minutes", minutes, "Working time of a run")
        ->capture_default_str()
        ->check(CLI::Range(1, 24 * 60));
    cli.add_option("--max-runs", out.runs_at_once.at_once, "Runs at work at once; more wait")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000));
    std::string budgets = env("NEXTJS_BACKEND_ENGINEER_INLINE_BUDGET").value_or("");
    cli.add_option(
        "--inline-budget",
        budgets,
        "Seconds that a call is held open before it is handed over, or CLIENT=SECONDS,... "
        "(default: less than what the client waits)");
    cli.add_option("--log-level", level, "What goes to stderr (env NEXTJS_BACKEND_ENGINEER_LOG)")
        ->capture_default_str()
        ->check(one_of<mcp::LoggingLevel>(
            "debug, info, notice, warning, error, critical, alert, emergency"));

    ask_options asked;
    std::string mode = "implement";
    auto* ask = cli.add_subcommand(
        "ask", "Do one task at the terminal; the answer goes to stdout, progress to stderr");
    ask->add_option(
           "task", asked.request.task, "What to do, in full sentences; - reads it from stdin")
        ->required();
    ask->add_option("--mode", mode, "implement, plan, review or explain")
        ->capture_default_str()
        ->check(one_of<agent::run_mode>("implement, plan, review, explain"));
    ask->add_option(
        "--file", asked.request.files, "A file of the project that the task is about; repeatable");
    ask->add_option(
        "--run", asked.run, "Go on with this run: the task is a further one, or the answers");
    std::string verified;
    ask->add_option(
           "--verify", verified, "How the files are checked: rules, types (default) or build")
        ->check(one_of<agent::verify_level>(levels));
    bool apply = false;
    ask->add_flag("--apply", apply, "Write the files into the project once they are checked");
    ask->add_flag("--json", asked.json, "Print the outcome as one JSON object");
    ask->fallthrough();
    runs_options kept;
    auto* runs = add_runs_commands(cli, kept);
    docs_options documentation;
    auto* docs = add_docs_commands(cli, documentation);
    check_options checked;
    std::string check_as = "text";
    std::string check_level = "rules";
    auto* check = add_check_command(cli, checked, check_as, check_level);
    auto* doctor = cli.add_subcommand(
        "doctor", "Say whether the main job works here, and what to do where it does not");
    doctor->fallthrough();
    cli.footer(
        "Exit codes of ask: 0 answered (or the brief, without a model), 1 the model could not be "
        "asked, 2 wrong usage,\n"
        "3 a limit ended the run (what was done is printed), 4 the model refused, 5 it asks "
        "something first, 130 cancelled.\n"
        "Keys: ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, OPENAI_API_KEY, OPENROUTER_API_KEY, "
        "--key-file or --key-command.");

    try {
        cli.parse(argc, argv);
    } catch (CLI::CallForHelp const&) {
        throw print_and_exit{cli.help()};
    } catch (CLI::CallForVersion const& version) {
        throw print_and_exit{std::string(version.what()) + "\n"};
    } catch (CLI::ParseError const& e) {
        throw config_error(std::string(e.what()) + "\nRun with --help for what can be said.");
    }

    out.serving = serving.read(env, ::getpid());
    out.log_level = as<mcp::LoggingLevel>(level);
    out.verify = as<agent::verify_level>(most_verified);
    if (!boost::describe::enum_from_string(whose.c_str(), out.provider))
        throw config_error(
            "NEXTJS_BACKEND_ENGINEER_PROVIDER must be one of automatic, anthropic, openai");
    if (no_context7)
        out.context7.clear();
    out.limits.wall_time = std::chrono::minutes(minutes);
    try {
        out.budgets = inline_budget::parse(budgets);
    } catch (std::invalid_argument const& e) {
        throw config_error(std::string("--inline-budget: ") + e.what());
    }
    if (*cost_option)
        out.limits.cost_usd = cost;
    if (out.roots.empty())
        out.roots = default_roots(env);
    for (auto& root : out.roots)
        root = std::filesystem::absolute(root).lexically_normal().string();
    if (*ask) {
        asked.request.mode = as<agent::run_mode>(mode);
        if (!verified.empty())
            asked.request.verify = as<agent::verify_level>(verified);
        if (apply)
            asked.request.apply = true;
        out.ask = std::move(asked);
    }
    if (*runs)
        out.runs = std::move(kept);
    if (*docs)
        out.docs = std::move(documentation);
    if (*check) {
        checked.format = as<check_format>(check_as);
        checked.verify = as<agent::verify_level>(check_level);
        out.check = std::move(checked);
    }
    out.doctor = doctor->parsed();
    return out;
}

}  // namespace app
