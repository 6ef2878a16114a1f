#pragma once

// Everything that flags and environment decide, as one value: made once, handed down in pieces.
// Flags win over the environment. A value that is still a host's placeholder ("${user_config.key}")
// is absent.

#include "agent/limits.hpp"
#include "agent/models/credentials.hpp"
#include "agent/run.hpp"
#include "agent/runs/runs.hpp"
#include "protocol/logger.hpp"
#include "server/app/runs/inline_budget.hpp"
#include "server/app/serving/serve_options.hpp"

#include <boost/describe/enum.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace app {

// Nothing for a variable that is unset, empty or an unreplaced placeholder.
using agent::environment;
environment process_environment();

struct ask_options {
    agent::run_request request;
    std::string run;    // go on with this one
    bool json = false;  // the outcome as one JSON object instead of Markdown
};

// `runs`: what to do with the runs that are kept.
struct runs_options {
    enum class verb { list, show, usage, resume, export_to, apply, undo, remove };
    verb what = verb::list;
    std::string id;         // or its beginning; of usage: empty for all
    std::string directory;  // of an export
    bool json = false;
};

// `docs`: what to do with the documentation that the project has installed.
struct docs_options {
    enum class verb { search, list, status, refresh, clear };
    verb what = verb::list;
    std::string question;
    std::vector<std::string> libraries;  // npm names; none: next
    int limit = 5;
    bool json = false;
};

enum class check_format { text, json, sarif };
BOOST_DESCRIBE_ENUM(check_format, text, json, sarif)

// `check`: the rules on the project, or on a part of it.
struct check_options {
    std::vector<std::string> paths;  // none: all of it
    std::vector<std::string> rules;  // ids; none: all
    check_format format = check_format::text;
    agent::verify_level verify = agent::verify_level::rules;
    bool fix = false;
    bool list = false;  // the rules themselves, instead
};

// `install` and `uninstall`: this server in the configuration of hosts.
struct install_options {
    enum class verb { add, remove, list };
    verb what = verb::add;
    std::vector<std::string> clients;    // ids
    std::vector<std::string> arguments;  // the server's own options, as they were given
    bool all = false;                    // every host that was found
    bool in_project = false;             // the project's file of the host
    bool print = false;                  // show what would be written, only
    bool yes = false;                    // do not ask
    bool key_in_clear = false;
    bool project_named = false;  // with --project
};

// Whose models are asked, and how: Anthropic's Messages, OpenAI's chat completions, the client that
// is attached (sampling), or a command-line program of the user with its own login.
enum class provider { automatic, anthropic, openai, sampling, claude, codex };
BOOST_DESCRIBE_ENUM(provider, automatic, anthropic, openai, sampling, claude, codex)
inline constexpr char providers[] = "automatic, anthropic, openai, sampling, claude, codex";

struct config {
    std::vector<std::string>
        roots;  // project folders we may read; the first is the default project
    std::vector<std::string> fallbacks;  // models for a run whose model is overloaded or refuses
    std::string model;                   // id or alias; empty: the prompt's own alias
    app::provider provider = app::provider::automatic;
    std::string base_url;        // empty: the provider's
    bool no_sampling = false;    // do not ask the model of a client, though there is no other
    bool insecure_http = false;  // allow http:// to hosts other than this machine
    std::string key_file;
    std::string key_command;
    std::string record;       // folder for what is said to the model API; empty: it is not kept
    std::string replay;       // folder of such, which answers instead
    std::string model_table;  // JSON file that adds to or replaces the built-in table
    std::string libraries;    // JSON file over what is known of packages
    std::string authorities;  // PEM file of certificates to trust beside the system's
    std::string vocabulary;   // JSON file over what people mean by their words
    std::string docs_lock;    // JSON file that pins what Context7 answered
    std::string context7;     // command line or URL; empty: Context7 is not asked
    std::string state_directory;
    std::string cache_directory;
    mcp::LoggingLevel log_level = mcp::LoggingLevel::notice;
    bool allow_write = false;                                 // runs may write into projects
    agent::verify_level verify = agent::verify_level::build;  // the most that is run of a project
    std::string node;                                         // to check types with; empty: found
    std::string path;                                         // PATH
    std::string home;                                         // HOME
    agent::run_limits limits;
    agent::runs_limits runs_at_once;
    inline_budget budgets;
    std::optional<ask_options> ask;          // `ask`,
    std::optional<runs_options> runs;        // `runs`,
    std::optional<docs_options> docs;        // `docs`,
    std::optional<check_options> check;      // `check`,
    std::optional<install_options> install;  // `install`, `uninstall`,
    bool doctor = false;                     // `doctor`; otherwise serve
    serve_options serving;
};

// A wrong command line; what() says what and how to do it right. Exit code 2.
struct config_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What to print instead of running: --help, --version. Exit code 0.
struct print_and_exit {
    std::string text;
};

// Throws config_error, or print_and_exit.
config read_config(int argc, char const* const* argv, environment const& env);

// The Context7 that is asked when no other is named: the hosted one answers without a start.
inline constexpr char const* default_context7 = "https://mcp.context7.com/mcp";

}  // namespace app
