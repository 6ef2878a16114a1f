#include "server/app/command_flags.hpp"

#include "server/app/flag_values.hpp"

namespace app {

void command_flags::add_to(CLI::App& cli)
{
    add_ask(cli);
    add_runs(cli);
    add_docs(cli);
    add_check(cli);
    add_install(cli);
    doctor_ = cli.add_subcommand(
        "doctor", "Say whether the main job works here, and what to do where it does not");
    doctor_->fallthrough();
}

void command_flags::add_ask(CLI::App& cli)
{
    auto* ask = cli.add_subcommand(
        "ask", "Do one task at the terminal; the answer goes to stdout, progress to stderr");
    ask->add_option(
           "task", asked_.request.task, "What to do, in full sentences; - reads it from stdin")
        ->required();
    ask->add_option("--mode", mode_, "implement, plan, review or explain")
        ->capture_default_str()
        ->check(one_of<agent::run_mode>("implement, plan, review, explain"));
    ask->add_option(
        "--file", asked_.request.files, "A file of the project that the task is about; repeatable");
    ask->add_option(
        "--run", asked_.run, "Go on with this run: the task is a further one, or the answers");
    ask->add_option(
           "--verify", verified_, "How the files are checked: rules, types (default) or build")
        ->check(one_of<agent::verify_level>(verify_levels));
    ask->add_flag("--apply", apply_, "Write the files into the project once they are checked");
    ask->add_flag("--json", asked_.json, "Print the outcome as one JSON object");
    ask->fallthrough();
    ask_ = ask;
}

void command_flags::add_runs(CLI::App& cli)
{
    auto& to = kept_;
    using verb = runs_options::verb;
    auto* runs = cli.add_subcommand(
        "runs", "List the runs that are kept; show, usage, resume, export, apply, undo, rm");
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
    add("usage", "What each model turn took, of a run or of all: JSON, a line each", verb::usage)
        ->get_option("id")
        ->required(false);
    add("resume", "Go on with a run that was interrupted, failed or was stopped", verb::resume);
    add("export", "Write a run's files and its report to a folder", verb::export_to)
        ->add_option("directory", to.directory, "Where to; made if it is not there")
        ->required();
    add("apply", "Write a run's files into the project it was made for", verb::apply);
    add("undo", "Bring back what a run's files have replaced", verb::undo);
    add("rm", "Forget a run", verb::remove);
    runs_ = runs;
}

void command_flags::add_install(CLI::App& cli)
{
    auto& to = installed_;
    auto* in = cli.add_subcommand(
        "install",
        "Register this server with a host: what is changed is shown first, and uninstall brings "
        "back what was there");
    auto* out = cli.add_subcommand("uninstall", "Take it out of a host's configuration again");
    for (auto* command : {in, out}) {
        command->add_option("--client", to.clients, "The host, by its id; repeatable");
        command->add_flag("--all", to.all, "Every host that is found");
        command->add_flag(
            "--in-project", to.in_project, "The host's file in the project, for a team, not yours");
        command->add_flag("--print", to.print, "Show what would be written, and write nothing");
        command->add_flag("--yes", to.yes, "Do not ask before writing");
        command->fallthrough();
    }
    in->add_flag("--list", list_hosts_, "Name the hosts: which are found, which have it");
    in->add_flag(
        "--key-in-clear",
        to.key_in_clear,
        "Write the keys of your environment into the file instead of a reference to them");
    in->footer("Options of the server that are given here are those it is registered with.");
    install_ = in;
    uninstall_ = out;
}

void command_flags::add_docs(CLI::App& cli)
{
    auto& to = documentation_;
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
    docs_ = docs;
}

void command_flags::add_check(CLI::App& cli)
{
    auto& to = checked_;
    auto* check = cli.add_subcommand(
        "check",
        "Hold the project, or files and folders of it, against the rules of a Next.js backend");
    check->add_option("path", to.paths, "Files and folders (default: the whole project)");
    check->add_option("--format", check_as_, "text, json or sarif")
        ->capture_default_str()
        ->check(one_of<check_format>("text, json, sarif"));
    check
        ->add_option(
            "--verify",
            check_level_,
            "rules (nothing is run), types (next typegen and tsc of the project, too), or build")
        ->capture_default_str()
        ->check(one_of<agent::verify_level>(verify_levels));
    check->add_flag("--fix", to.fix, "Make the changes that need no thought, in the files");
    check->add_option("--rule", to.rules, "This rule alone; repeatable")->allow_extra_args(false);
    check->add_flag("--rules", to.list, "List the rules");
    check->fallthrough();
    check->footer("Exit codes: 0 no errors, 1 errors found, 2 something could not be checked.");
    check_ = check;
}

void command_flags::read(config& to)
{
    if (!doctor_)
        return;
    if (ask_->parsed()) {
        asked_.request.mode = as<agent::run_mode>(mode_);
        if (!verified_.empty())
            asked_.request.verify = as<agent::verify_level>(verified_);
        if (apply_)
            asked_.request.apply = true;
        to.ask = std::move(asked_);
    }
    if (runs_->parsed())
        to.runs = std::move(kept_);
    if (docs_->parsed())
        to.docs = std::move(documentation_);
    if (check_->parsed()) {
        checked_.format = as<check_format>(check_as_);
        checked_.verify = as<agent::verify_level>(check_level_);
        to.check = std::move(checked_);
    }
    using verb = install_options::verb;
    if (install_->parsed() || uninstall_->parsed()) {
        installed_.what = list_hosts_ ? verb::list : install_->parsed() ? verb::add : verb::remove;
        to.install = std::move(installed_);
    }
    to.doctor = doctor_->parsed();
}

}  // namespace app
