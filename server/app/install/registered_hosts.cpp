#include "server/app/install/registered_hosts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unistd.h>

namespace app {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// An entry, whatever its host calls things.
struct started_server {
    std::vector<std::string> words;  // the command and its arguments
    std::vector<std::pair<std::string, std::string>> environment;

    // What follows the option, or the "=" in it; empty: it is not given.
    std::string option(std::string_view name) const
    {
        for (std::size_t i = 1; i < words.size(); ++i) {
            if (words[i] == name)
                return i + 1 < words.size() ? words[i + 1] : std::string();
            if (words[i].starts_with(name) && words[i][name.size()] == '=')
                return words[i].substr(name.size() + 1);
        }
        return {};
    }
};

void add_words(std::vector<std::string>& to, json::value const& value)
{
    if (value.is_string())
        to.emplace_back(value.get_string());
    else if (value.is_array())
        for (auto const& one : value.get_array())
            add_words(to, one);
}

started_server read_entry(json::object const& entry)
{
    started_server out;
    for (auto const* name : {"command", "cmd", "args"})
        if (auto const* value = entry.if_contains(name))
            add_words(out.words, *value);
    for (auto const* name : {"env", "environment", "envs"}) {
        auto const* value = entry.if_contains(name);
        if (!value || !value->is_object())
            continue;
        for (auto const& variable : value->get_object())
            if (variable.value().is_string())
                out.environment.emplace_back(variable.key(), variable.value().get_string());
    }
    return out;
}

bool is_reference(std::string_view text)
{
    return text.find_first_of("${") != std::string_view::npos;
}

bool is_key(std::string_view name)
{
    return name.ends_with("_KEY") || name.ends_with("_TOKEN");
}

std::vector<std::string>
problems_of(host_client const& client, json::object const& entry, started_server const& server)
{
    std::vector<std::string> out;
    auto const command = server.words.empty() ? std::string() : server.words.front();
    if (command.starts_with('/') && ::access(command.c_str(), X_OK) != 0)
        out.push_back(fmt::format("its command {} is not there: install it again", command));
    auto const project = server.option("--project");
    std::error_code ignored;
    if (project.starts_with('/') && !fs::is_directory(project, ignored))
        out.push_back(fmt::format("its project {} is not there", project));
    if (project.empty() && !client.starts_in_project)
        out.push_back("it reads no project: install it with --project DIRECTORY");
    bool has_key = !server.option("--key-file").empty() ||
                   !server.option("--key-command").empty() ||
                   !server.option("--provider").empty() || entry.contains("env_vars") ||
                   entry.contains("env_keys");
    for (auto const& [name, value] : server.environment) {
        has_key = has_key || is_key(name);
        if (is_key(name) && !value.empty() && !is_reference(value))
            out.push_back(fmt::format("{} stands in it in clear", name));
    }
    if (!has_key)
        out.push_back("it has no key there, so it answers with the brief: --key-file FILE");
    return out;
}

int budget_of(host_client const& client, started_server const& server)
{
    auto const said = server.option("--inline-budget");
    bool const plain =
        !said.empty() && said.size() < 7 && said.find_first_not_of("0123456789") == said.npos;
    return plain ? std::stoi(said) : client.budget;
}

}  // namespace

std::vector<registered_host> registered_hosts(registration const& here, std::string const& project)
{
    std::vector<registered_host> out;
    for (auto const& client : known_clients().clients) {
        if (!client.format)
            continue;
        std::vector<std::string> files{here.file_of(client, {})};
        if (!project.empty())
            files.push_back(here.file_of(client, project));
        for (auto const& file : files) {
            if (file.empty())
                continue;
            registered_host one;
            one.name = client.name;
            try {
                auto const entry = here.registered(client, file);
                if (!entry)
                    continue;
                auto const server = read_entry(*entry);
                one.text = fmt::format(
                    "{}, its limit for a call: {}; handed over after {} s",
                    file,
                    client.limit,
                    budget_of(client, server));
                one.problems = problems_of(client, *entry, server);
            } catch (std::runtime_error const& e) {
                one.problems.emplace_back(e.what());
            }
            out.push_back(std::move(one));
        }
    }
    return out;
}

}  // namespace app
