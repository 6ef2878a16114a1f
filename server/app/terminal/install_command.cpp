#include "server/app/terminal/install_command.hpp"

#include "agent/project/diff.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace app {

namespace fs = std::filesystem;

namespace {

// How a host starts this program again.
std::pair<std::string, std::vector<std::string>> own_command()
{
    std::error_code ignored;
    auto const self = fs::read_symlink("/proc/self/exe", ignored).string();
    // What npx has downloaded goes when npm tidies up.
    if (self.find("/_npx/") != std::string::npos)
        return {"npx", {"-y", server_name}};
    return {self.empty() ? server_name : self, {}};
}

registered_server server_as(config const& settings, host_client const& client)
{
    auto const& asked = *settings.install;
    registered_server out;
    std::tie(out.command, out.arguments) = own_command();
    std::error_code ignored;
    out.arguments.insert(out.arguments.end(), asked.arguments.begin(), asked.arguments.end());
    bool const finds_it = client.starts_in_project || client.workspace;
    if (!settings.roots.empty() && (asked.project_named || !finds_it))
        out.project = settings.roots.front();
    out.key_in_clear = asked.key_in_clear;
    if (asked.in_project)
        out.in_folder =
            settings.roots.empty() ? fs::current_path(ignored).string() : settings.roots.front();
    return out;
}

class installer {
public:
    installer(config const& settings, environment const& env)
        : settings_(settings), asked_(*settings.install), here_(registration_here(settings, env))
    {
    }

    int run()
    {
        using verb = install_options::verb;
        if (settings_.home.empty())
            throw config_error(
                "HOME is not set, so there is no saying where hosts are configured.");
        if (asked_.what == verb::list)
            return list();
        if (asked_.clients.empty() && !asked_.all)
            throw config_error(
                "Which host? Say --client NAME or --all; install --list names them.");
        int code = 0;
        for (auto const* client : chosen()) {
            try {
                asked_.what == verb::add ? add(*client) : remove(*client);
            } catch (std::runtime_error const& e) {
                fmt::print(stderr, "{}: {}\n", client->name, redact_(e.what()));
                code = 1;
            }
        }
        return code;
    }

private:
    std::vector<host_client const*> chosen() const
    {
        std::vector<host_client const*> out;
        auto const& known = known_clients();
        for (auto const& name : asked_.clients) {
            auto const* one = known.find(name);
            if (!one || !one->format)
                throw config_error(
                    fmt::format("There is no host \"{}\"; install --list names them.", name));
            out.push_back(one);
        }
        if (!asked_.all)
            return out;
        bool const adds = asked_.what == install_options::verb::add;
        for (auto const& one : known.clients)
            if (one.format && (adds ? here_.found(one) : is_registered(one)))
                out.push_back(&one);
        if (out.empty())
            fmt::print("{}\n", adds ? "No host was found here." : "It is registered nowhere.");
        return out;
    }

    bool is_registered(host_client const& client) const
    {
        try {
            return here_.registered(client, file(client)).has_value();
        } catch (std::runtime_error const&) {
            return false;
        }
    }

    std::string file(host_client const& client) const
    {
        auto out = here_.file_of(client, server_as(settings_, client).in_folder);
        if (out.empty())
            throw std::runtime_error(
                asked_.in_project ? "it has no configuration in a project"
                                  : "it is configured in a project: add --in-project");
        return out;
    }

    int list() const
    {
        for (auto const& client : known_clients().clients) {
            if (!client.format)
                continue;
            std::string how = here_.found(client) ? "found" : "not found";
            try {
                auto const where = here_.file_of(client, server_as(settings_, client).in_folder);
                if (!where.empty() && here_.registered(client, where))
                    how = "registered in " + where;
            } catch (std::runtime_error const& e) {
                how = std::string("its configuration is broken: ") + e.what();
            }
            fmt::print("{:<15} {:<18} {}\n", client.id, client.name, how);
        }
        return 0;
    }

    // Whether to go on; what would be changed was shown.
    bool agreed(config_change const& change) const
    {
        fmt::print(
            "{}\n{}",
            change.path,
            redact_(agent::unified_diff(
                fs::path(change.path).filename().string(), change.before, change.after)));
        if (asked_.print)
            return false;
        if (asked_.yes || ::isatty(STDIN_FILENO) == 0)
            return true;
        fmt::print("Write this? [Y/n] ");
        std::fflush(stdout);
        std::string answer;
        std::getline(std::cin, answer);
        return std::cin && (answer.empty() || answer[0] == 'y' || answer[0] == 'Y');
    }

    void add(host_client const& client)
    {
        file(client);
        auto const server = server_as(settings_, client);
        auto const change = here_.adding(client, server);
        if (change.before == change.after) {
            fmt::print("{}: registered already in {}\n", client.name, change.path);
            return;
        }
        if (!agreed(change))
            return;
        here_.add(change);
        fmt::print("{}: registered{}.", client.name, client.then ? "; " + *client.then : "");
        bool const reads_nothing =
            server.project.empty() && !client.starts_in_project && !client.workspace;
        if (reads_nothing)
            fmt::print(" It reads no project until it has one: add --project DIRECTORY.");
        auto const& entry = client.entry.value();
        bool const has_reference =
            client.reference || entry.contains("env_vars") || entry.contains("env_keys");
        if (!has_reference && !server.key_in_clear && settings_.key_file.empty())
            fmt::print(
                " It has no key: this host does not refer to the environment; add --key-file FILE, "
                "or --key-in-clear.");
        fmt::print("\n");
    }

    void remove(host_client const& client)
    {
        auto const where = file(client);
        if (!here_.registered(client, where)) {
            fmt::print("{}: not registered\n", client.name);
            return;
        }
        auto const change = here_.removing(client, where);
        if (!agreed(change))
            return;
        here_.remove(change);
        fmt::print("{}: taken out.\n", client.name);
    }

    config const& settings_;
    install_options const& asked_;
    registration here_;
    mcp::redactor redact_;
};

}  // namespace

registration registration_here(config const& settings, environment env)
{
    return registration(std::move(env), settings.home, settings.path, settings.state_directory);
}

int install_command(config const& settings, environment const& env)
{
    return installer(settings, env).run();
}

}  // namespace app
