#include "server/app/install/registration.hpp"

#include "agent/downstream/process/child_process.hpp"
#include "protocol/schema_of.hpp"
#include "protocol/sha256.hpp"
#include "server/app/install/replace_file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>

namespace app {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr char made_file[] = "/folders.json";
constexpr std::size_t largest_file = 8 << 20;

// What a server may be told by its environment. The first is the one to set where none is.
constexpr char const* variables[] = {
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_MODEL",
    "OPENROUTER_API_KEY",
    "CONTEXT7_API_KEY"};

config_text::place place_of(host_client const& client)
{
    return {client.section.value_or(std::vector<std::string>()), server_name};
}

std::string reference_to(std::string const& form, std::string_view name)
{
    auto out = form;
    out.replace(out.find("NAME"), 4, name);
    return out;
}

// And without the section, where there was none before us and nobody has used it since.
std::string without_entry(
    host_client const& client, std::string const& text, std::optional<std::string> const& first)
{
    auto const& format = config_text_of(client.format.value_or("json"));
    auto const at = place_of(client);
    auto out = format.without(text, at);
    config_text::place section{at.section, {}};
    section.name = std::move(section.section.back());
    section.section.pop_back();
    auto const left = format.entry(out, section);
    if (left && left->empty() && !format.entry(first.value_or(""), section))
        out = format.without(out, section);
    return out;
}

json::array strings(std::vector<std::string> const& all)
{
    return json::array(all.begin(), all.end());
}

}  // namespace

// What was there before, and what we made of it.
struct install_record {
    std::string path;
    std::optional<std::string> before;
    std::string after_sha256;
};
BOOST_DESCRIBE_STRUCT(install_record, (), (path, before, after_sha256))

registration::registration(
    environment env, std::string home, std::string path, std::string state_directory)
    : env_(std::move(env)),
      home_(std::move(home)),
      path_(std::move(path)),
      state_directory_(std::move(state_directory))
{
}

bool registration::found(host_client const& client) const
{
    return std::ranges::any_of(
        client.found.value_or(std::vector<std::string>()), [this](std::string const& sign) {
            std::error_code ignored;
            if (sign.starts_with("~/"))
                return fs::exists(home_ + sign.substr(1), ignored);
            try {
                agent::find_executable(sign, path_);
            } catch (agent::spawn_error const&) {
                return false;
            }
            return true;
        });
}

std::string registration::file_of(host_client const& client, std::string const& in_folder) const
{
    if (!in_folder.empty())
        return client.project ? in_folder + "/" + *client.project : std::string();
    if (!client.user)
        return {};
    if (client.home)
        if (auto const folder = env_(client.home->c_str()))
            return *folder + "/" + fs::path(client.user->front()).filename().string();
    auto const in_home = [this](std::string const& file) { return home_ + file.substr(1); };
    for (auto const& file : *client.user) {
        std::error_code ignored;
        auto path = in_home(file);
        if (fs::exists(path, ignored) || fs::exists(fs::path(path).parent_path(), ignored))
            return path;
    }
    return in_home(client.user->front());
}

json::object registration::variables_for(host_client const& client, bool in_clear) const
{
    json::object out;
    for (auto const* name : variables) {
        auto const value = env_(name);
        if (in_clear && value)
            out[name] = *value;
        else if (client.reference && (value || name == variables[0]))
            out[name] = reference_to(*client.reference, name);
    }
    return out;
}

json::object
registration::entry_for(host_client const& client, registered_server const& server) const
{
    auto arguments = server.arguments;
    bool const said = std::ranges::find(arguments, "--inline-budget") != arguments.end();
    if (client.registered_budget && !said)
        arguments.push_back(fmt::format("--inline-budget={}", *client.registered_budget));
    auto project = server.project;
    if (project.empty() && client.workspace)
        project = *client.workspace;
    // In a project's own file its folder would be that of one machine.
    if (!server.in_folder.empty())
        project = client.workspace.value_or("");
    if (!project.empty())
        arguments.insert(arguments.end(), {"--project", project});
    auto const environment = variables_for(client, server.key_in_clear);
    auto line = arguments;
    line.insert(line.begin(), server.command);
    json::array names;
    for (auto const* name : variables)
        if (env_(name) || name == variables[0])
            names.emplace_back(name);
    json::object out;
    for (auto const& member : client.entry.value_or(json::object())) {
        auto const& form = member.value();
        auto const word = form.is_string() ? std::string_view(form.get_string()) : "";
        if (word == "$COMMAND")
            out[member.key()] = server.command;
        else if (word == "$ARGS")
            out[member.key()] = strings(arguments);
        else if (word == "$COMMAND_LINE")
            out[member.key()] = strings(line);
        else if (word == "$ENV")
            out[member.key()] = environment;
        else if (word == "$NAMES")
            out[member.key()] = names;
        else
            out[member.key()] = form;
    }
    if (server.key_in_clear && !out.contains("env") && !out.contains("environment"))
        out["env"] = environment;
    return out;
}

std::optional<json::object>
registration::registered(host_client const& client, std::string const& file) const
{
    auto const text = read_whole(file, largest_file);
    if (!text || !client.format)
        return std::nullopt;
    try {
        return config_text_of(*client.format).entry(*text, place_of(client));
    } catch (config_text_error const& e) {
        throw config_text_error(fmt::format("{}: {}", file, e.what()));
    }
}

config_change registration::adding(host_client const& client, registered_server const& server) const
{
    config_change out;
    out.path = file_of(client, server.in_folder);
    out.original = out.before = read_whole(out.path, largest_file);
    auto const first = recorded(out.path);
    try {
        // The first registration knows how it was before us; where somebody has written since, what
        // is there of us is ours all the same.
        if (first && out.before)
            out.original = first->after_sha256 == mcp::sha256_hex(*out.before)
                               ? first->before
                               : without_entry(client, *out.before, first->before);
        out.after = config_text_of(client.format.value_or("json"))
                        .with(out.before.value_or(""), place_of(client), entry_for(client, server));
    } catch (config_text_error const& e) {
        throw config_text_error(fmt::format("{}: {}", out.path, e.what()));
    }
    return out;
}

config_change registration::removing(host_client const& client, std::string const& file) const
{
    config_change out;
    out.path = file;
    out.before = read_whole(file, largest_file);
    if (!out.before)
        return out;
    auto const kept = recorded(file);
    if (kept && kept->after_sha256 == mcp::sha256_hex(*out.before)) {
        out.after = kept->before;
        return out;
    }
    try {
        out.after = without_entry(client, *out.before, kept ? kept->before : std::nullopt);
    } catch (config_text_error const& e) {
        throw config_text_error(fmt::format("{}: {}", file, e.what()));
    }
    return out;
}

std::string registration::record_file(std::string const& file) const
{
    return fmt::format("{}/{}.json", installs(), mcp::sha256_hex(file).substr(0, 16));
}

std::optional<install_record> registration::recorded(std::string const& file) const
{
    auto const text = read_whole(record_file(file), 4 * largest_file);
    if (!text)
        return std::nullopt;
    try {
        return mcp::decode_strict<install_record>(json::parse(*text), {"install"});
    } catch (std::exception const&) {
        return std::nullopt;  // as good as none: the entry alone is taken out
    }
}

void registration::add(config_change const& change) const
{
    install_record kept;
    kept.path = change.path;
    kept.before = change.original;
    kept.after_sha256 = mcp::sha256_hex(*change.after);
    auto made = make_folders(fs::path(change.path).parent_path());
    if (!state_directory_.empty()) {
        std::ranges::move(make_folders(installs()), std::back_inserter(made));
        auto all = made_folders();
        std::ranges::move(made, std::back_inserter(all));
        keep_made_folders(all);
        replace_file(
            record_file(change.path), std::nullopt, json::serialize(mcp::encode(kept)) + "\n");
    }
    replace_file(change.path, change.before, *change.after);
}

void registration::remove(config_change const& change) const
{
    if (change.after)
        replace_file(change.path, change.before, *change.after);
    else
        fs::remove(change.path);
    std::error_code ignored;
    fs::remove(record_file(change.path), ignored);
    // Folders that were made for a host go when they are empty again, the innermost first.
    auto folders = made_folders();
    std::ranges::sort(folders, std::greater<>(), &std::string::size);
    fs::remove(installs() + made_file, ignored);
    std::erase_if(folders, [&](auto const& folder) { return fs::remove(folder, ignored); });
    if (fs::exists(installs(), ignored))
        keep_made_folders(folders);
}

std::string registration::installs() const
{
    return state_directory_ + "/installs";
}

std::vector<std::string> registration::made_folders() const
{
    auto const text = read_whole(installs() + made_file, largest_file);
    json::error_code bad;
    auto const all = json::parse(text.value_or("[]"), bad);
    std::vector<std::string> out;
    if (!bad && all.is_array())
        for (auto const& folder : all.get_array())
            if (folder.is_string())
                out.emplace_back(folder.get_string());
    return out;
}

void registration::keep_made_folders(std::vector<std::string> const& folders) const
{
    replace_file(installs() + made_file, std::nullopt, json::serialize(strings(folders)) + "\n");
}

}  // namespace app
