#include "agent/project/fingerprint.hpp"

#include "agent/project/installed.hpp"
#include "agent/project/source/source_facts.hpp"
#include "agent/project/source/source_tree.hpp"
#include "protocol/text.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t max_dependencies = 400;

std::string text_of(json::object const& object, std::string_view key, std::size_t limit = 80)
{
    auto const* value = object.if_contains(key);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? mcp::sanitize_line(*text, limit) : std::string();
}

json::object const* object_of(json::object const& object, std::string_view key)
{
    auto const* value = object.if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

// A file that is JSON, perhaps with comments. Absent: nothing. Unreadable: a note.
std::optional<json::object>
read_json(project_root const& project, std::string const& name, std::vector<std::string>& notes)
{
    auto const text = project.read(name);
    if (!text) {
        if (text.error().kind != file_errc::not_found)
            notes.push_back(text.error().message);
        return std::nullopt;
    }
    json::parse_options options;
    options.max_depth = 64;
    options.allow_comments = true;
    options.allow_trailing_commas = true;
    std::string_view body = *text;
    if (body.starts_with("\xEF\xBB\xBF"))
        body.remove_prefix(3);
    json::error_code failure;
    auto const parsed = json::parse(body, failure, {}, options);
    auto const* object = failure ? nullptr : parsed.if_object();
    if (object == nullptr) {
        notes.push_back(name + " is not a JSON object and was left out.");
        return std::nullopt;
    }
    return *object;
}

// "16.4.6" and "=16.4.6" pin a version; "^16.4.6", "latest" and "workspace:*" do not.
std::string pinned(std::string_view range)
{
    if (range.starts_with('='))
        range.remove_prefix(1);
    bool const exact = !range.empty() && std::isdigit(static_cast<unsigned char>(range[0])) != 0 &&
                       std::count(range.begin(), range.end(), '.') >= 2 &&
                       range.find_first_of(" |*xX<>") == std::string_view::npos;
    return exact ? std::string(range) : std::string();
}

void read_dependencies(
    json::object const& package,
    installed_packages const& installed,
    knowledge const& known,
    fingerprint& out)
{
    std::set<std::string> seen;
    for (std::string_view const section :
         {"dependencies", "devDependencies", "optionalDependencies", "peerDependencies"}) {
        auto const* listed = object_of(package, section);
        if (listed == nullptr)
            continue;
        for (auto const& [key, value] : *listed) {
            auto name = mcp::sanitize_line(key, 214);
            if (out.dependencies.size() >= max_dependencies) {
                out.notes.emplace_back("Only the first 400 dependencies were read.");
                break;
            }
            if (!seen.insert(name).second)
                continue;
            dependency d;
            d.range = value.is_string() ? mcp::sanitize_line(value.get_string(), 80) : "";
            d.installed = installed.version(name);
            d.development = section == "devDependencies";
            d.name = std::move(name);
            out.dependencies.push_back(std::move(d));
        }
    }
    std::sort(out.dependencies.begin(), out.dependencies.end(), [](auto const& a, auto const& b) {
        return a.name < b.name;
    });
    for (auto const& l : known.libraries())
        if (l.kind != library_kind::framework && seen.contains(l.package) && out.find(l.package))
            out.libraries[boost::describe::enum_to_string(*l.kind, "")].push_back(l.package);
}

void read_package(
    project_root const& project,
    installed_packages const& installed,
    knowledge const& known,
    fingerprint& out)
{
    out.lock_file = installed.lock_file();
    out.workspace = installed.workspace();
    auto const package = read_json(project, "package.json", out.notes);
    if (!package) {
        out.notes.emplace_back("There is no readable package.json in the project folder.");
        return;
    }
    out.package_json = true;
    out.name = text_of(*package, "name");
    read_dependencies(*package, installed, known, out);
    auto const manager = text_of(*package, "packageManager");
    for (std::string_view const known : {"npm", "pnpm", "yarn", "bun"})
        if (manager.starts_with(std::string(known) + "@"))
            out.package_manager = known;
    if (out.package_manager.empty()) {
        auto const& lock = out.lock_file;
        out.package_manager = lock.starts_with("pnpm")                                 ? "pnpm"
                              : lock.starts_with("bun")                                ? "bun"
                              : lock.starts_with("yarn")                               ? "yarn"
                              : lock.starts_with("package") || lock.starts_with("npm") ? "npm"
                                                                                       : "";
    }
    auto const* next = out.find("next");
    out.next_project = next != nullptr;
    if (next != nullptr) {
        out.next_version = next->installed.empty() ? pinned(next->range) : next->installed;
        if (next->installed.empty())
            out.notes.push_back(
                installed.plug_and_play()
                    ? "Yarn Plug'n'Play: installed versions cannot be read."
                    : "next is declared but not installed; run the package manager's install.");
        out.bundled_docs = installed.folder("next", "dist/docs");
    } else {
        out.notes.emplace_back(
            "package.json does not depend on next: this is not a Next.js project.");
    }
    if (auto const* typescript = out.find("typescript"))
        out.typescript_version =
            typescript->installed.empty() ? pinned(typescript->range) : typescript->installed;
}

void read_config(project_root const& project, fingerprint& out)
{
    for (std::string_view const name :
         {"next.config.ts", "next.config.mjs", "next.config.js", "next.config.mts"}) {
        auto const text = project.read(name);
        if (!text && text.error().kind == file_errc::not_found)
            continue;
        out.next_config = name;
        if (!text) {
            out.notes.push_back(text.error().message);
            return;
        }
        set_next_config(out, out.next_config, *text);
        return;
    }
    if (out.next_project)
        out.cache_components = false;  // without a configuration nothing is switched on
}

void read_tsconfig(project_root const& project, fingerprint& out)
{
    auto const config = read_json(project, "tsconfig.json", out.notes);
    if (!config)
        return;
    out.typescript = true;
    auto const* options = object_of(*config, "compilerOptions");
    if (options == nullptr)
        return;
    if (auto const* strict = options->if_contains("strict"); strict != nullptr && strict->is_bool())
        out.strict = strict->get_bool();
    else if (config->contains("extends"))
        out.notes.emplace_back("tsconfig.json extends another file, which was not read.");
    else
        out.strict =
            out.typescript_version.starts_with("7.") || out.typescript_version.starts_with("6.");
    if (auto const* paths = object_of(*options, "paths")) {
        for (auto const& [pattern, targets] : *paths) {
            path_alias alias;
            alias.pattern = mcp::sanitize_line(pattern, 80);
            if (auto const* list = targets.if_array())
                for (auto const& target : *list)
                    if (target.is_string() && alias.targets.size() < 5)
                        alias.targets.push_back(mcp::sanitize_line(target.get_string(), 120));
            if (out.aliases.size() < 30)
                out.aliases.push_back(std::move(alias));
        }
    }
}

}  // namespace

dependency const* fingerprint::find(std::string_view package) const
{
    auto const at =
        std::find_if(dependencies.begin(), dependencies.end(), [package](auto const& d) {
            return d.name == package;
        });
    return at == dependencies.end() ? nullptr : &*at;
}

std::optional<std::pair<int, int>> fingerprint::next_release() const
{
    std::string_view text = next_version;
    if (auto const* next = find("next"); text.empty() && next != nullptr)
        text = next->range;
    if (text.starts_with("workspace:") || text.starts_with("npm:") ||
        text.find("||") != std::string_view::npos)
        return std::nullopt;
    auto const digit = [&text](std::size_t i) {
        return i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    };
    auto const number = [&](std::size_t& i) {
        int value = 0;
        for (int digits = 0; digit(i) && digits < 6; ++i, ++digits)
            value = 10 * value + (text[i] - '0');
        return value;
    };
    std::size_t i = std::min(text.find_first_not_of("^~=v> "), text.size());
    if (!digit(i))
        return std::nullopt;
    int const major = number(i);
    int minor = 0;
    if (i < text.size() && text[i] == '.' && digit(i + 1))
        minor = number(++i);
    return std::pair(major, minor);
}

void set_next_config(fingerprint& project, std::string file, std::string_view text)
{
    project.next_config = std::move(file);
    project.cache_components.reset();
    auto facts = read_next_config(text);
    project.config = std::move(facts.flags);
    if (!facts.partial)
        project.cache_components = false;
    for (auto const& flag : project.config) {
        // Before Next 16 the same switch was experimental.
        bool const old =
            flag.name == "experimental.cacheComponents" || flag.name == "experimental.dynamicIO";
        if (flag.name != "cacheComponents" && !old)
            continue;
        project.cache_components.reset();
        if (flag.value == "true" || flag.value == "false")
            project.cache_components = flag.value == "true";
        if (!old)
            break;
    }
}

fingerprint read_fingerprint(project_root const& project, knowledge const& known)
{
    fingerprint out;
    installed_packages const installed(project);
    read_package(project, installed, known, out);
    read_config(project, out);
    read_tsconfig(project, out);
    read_sources(project, out);
    return out;
}

}  // namespace agent
