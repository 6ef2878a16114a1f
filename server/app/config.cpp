#include "server/app/config.hpp"

#include "server/app/command_flags.hpp"
#include "server/app/flag_values.hpp"
#include "server/app/help_format.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
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

// Whether a command or help is among the words. A host that starts the server says neither, and a
// third of what its start computes would be their options.
bool may_name_command(int argc, char const* const* argv)
{
    return std::any_of(argv + std::min(argc, 1), argv + argc, [](std::string_view word) {
        return std::ranges::find(command_names, word) != std::end(command_names) ||
               word.starts_with("-h") || word == "--help";
    });
}

// The server's own options as they were given, but for the project: what another start needs to be
// the same. A host starts it somewhere else, so files are named in full.
std::vector<std::string> given_options(CLI::App const& cli)
{
    static std::set<std::string> const files{
        "--key-file",
        "--ca-file",
        "--model-table",
        "--libraries",
        "--vocabulary",
        "--docs-lock",
        "--record",
        "--replay",
        "--state-directory",
        "--cache-directory",
        "--token-file"};
    std::vector<std::string> out;
    for (auto const* option : cli.get_options()) {
        auto const name = option->get_name();
        if (option->count() == 0 || name == "--project")
            continue;
        if (option->get_expected_max() == 0) {
            out.push_back(name);
            continue;
        }
        for (auto const& value : option->results())
            out.insert(
                out.end(),
                {name,
                 files.contains(name) ? std::filesystem::absolute(value).lexically_normal().string()
                                      : value});
    }
    return out;
}

}  // namespace

environment process_environment()
{
    return [](char const* name) -> std::optional<std::string> {
        auto const* value = std::getenv(name);
        if (!value || !*value || std::string_view(value).starts_with("${") ||
            value == std::string("$").append(name))
            return std::nullopt;
        return value;
    };
}

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
        "An expert Next.js backend engineer for every AI host: an MCP server on stdio, sockets and "
        "HTTP, and `ask` for a terminal. Without a model key it still serves: it answers with the "
        "brief that the host's own model works from.",
        "nextjs-backend-engineer"};
    cli.formatter(std::make_shared<help_format>(out.home));
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
        "Model id or alias: sonnet, opus, haiku, fable (default: the prompt's, sonnet); with "
        "its provider before it (openai:MODEL), there");
    cli.add_option(
        "--fallback-model",
        out.fallbacks,
        "The model that a run goes on with where its own stays overloaded or refuses; repeatable "
        "(default: none)");
    std::string whose = env("NEXTJS_BACKEND_ENGINEER_PROVIDER").value_or("automatic");
    cli.add_option(
           "--provider",
           whose,
           "anthropic (Messages), openai (chat completions, OpenRouter too), claude or codex (the "
           "program of that name, with its own login), sampling (the client's model), or "
           "automatic: the one there is a key for, else the client's (env "
           "NEXTJS_BACKEND_ENGINEER_PROVIDER)")
        ->capture_default_str()
        ->check(one_of<app::provider>(providers));
    cli.add_flag(
        "--no-sampling",
        out.no_sampling,
        "Without a key, answer with the brief even where the client offers its model");
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
        ->check(one_of<agent::verify_level>(verify_levels));
    cli.add_option(
        "--node",
        out.node,
        "The node to check types with (env NEXTJS_BACKEND_ENGINEER_NODE; default: found in PATH or "
        "where nvm, fnm, volta, asdf, mise or Homebrew put it)");
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

    command_flags commands;
    if (may_name_command(argc, argv))
        commands.add_to(cli);
    cli.footer(
        "Exit codes of ask: 0 answered (or the brief, without a model), 1 the model could not be "
        "asked, 2 wrong usage, "
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
            std::string("NEXTJS_BACKEND_ENGINEER_PROVIDER must be one of ") + providers);
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
    bool const project_named = !out.roots.empty();
    if (!project_named)
        out.roots = default_roots(env);
    for (auto& root : out.roots)
        root = std::filesystem::absolute(root).lexically_normal().string();
    commands.read(out);
    if (out.install) {
        out.install->project_named = project_named;
        out.install->arguments = given_options(cli);
    }
    return out;
}

}  // namespace app
