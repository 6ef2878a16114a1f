#include "agent/project/installed.hpp"

#include "protocol/text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <unistd.h>

namespace agent {

namespace {

constexpr int folders_above = 8;

constexpr std::array<std::string_view, 7> lock_files{
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "yarn.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "deno.lock"};

std::string resolved(std::string const& path)
{
    std::unique_ptr<char, decltype(&std::free)> const real(
        ::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : std::string();
}

// node_modules may itself be a link, but only to a folder of that name: a cloned repository must
// not open another folder of the user's by calling it node_modules.
void add_node_modules(std::vector<project_root>& roots, std::string const& folder)
{
    auto const real = resolved(folder + "/node_modules");
    if (!real.ends_with("/node_modules"))
        return;
    if (auto root = project_root::open(real); root && root->path() == real)
        roots.push_back(std::move(*root));
}

std::string line_of(boost::json::object const& object, std::string_view key)
{
    auto const* value = object.if_contains(key);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? mcp::sanitize_line(*text, 80) : std::string();
}

}  // namespace

installed_packages::installed_packages(project_root const& project)
{
    std::string folder = project.path();
    for (int level = 0; level <= folders_above && !folder.empty(); ++level) {
        auto const here = project_root::open(folder);
        // The name of the project may lead elsewhere by now.
        if (!here || here->path() != folder || (level == 0 && !here->same_folder(project)))
            break;
        add_node_modules(roots_, folder);
        folders_.push_back(*here);
        // .git may be a folder or, in a worktree, a file; it is asked for, never opened.
        bool const top = ::access((folder + "/.git").c_str(), F_OK) == 0;
        folder.erase(std::min(folder.rfind('/'), folder.size()));
        if (top)
            break;
    }
}

std::string installed_packages::lock_file() const
{
    for (auto const& folder : folders_)
        for (auto const name : lock_files)
            if (folder.status(name))
                return std::string(name);
    return {};
}

std::string installed_packages::workspace() const
{
    std::string way = ".";
    for (auto const& folder : folders_) {
        if (folder.status("pnpm-workspace.yaml"))
            return way;
        if (auto const text = folder.read("package.json")) {
            boost::json::error_code failure;
            auto const parsed = boost::json::parse(*text, failure);
            auto const* object = failure ? nullptr : parsed.if_object();
            if (object != nullptr && object->contains("workspaces"))
                return way;
        }
        if (way == ".")
            way = "..";
        else
            way += "/..";
    }
    return {};
}

bool installed_packages::plug_and_play() const
{
    return roots_.empty() && std::ranges::any_of(folders_, [](project_root const& folder) {
               return folder.status(".pnp.cjs").has_value();
           });
}

installed_packages::place installed_packages::find(std::string const& package) const
{
    auto const name = normalize(package);
    if (!name || *name != package || package.empty() || package.front() == '.')
        return {};
    for (auto const& root : roots_) {
        auto const entry = root.status(package);
        if (entry && entry->directory)
            return {&root, package};
        if (entry || entry.error().kind != file_errc::outside)
            continue;
        auto const real = resolved(root.path() + "/" + package);
        for (auto const& other : roots_)
            if (real.starts_with(other.path() + "/"))
                return {&other, real.substr(other.path().size() + 1)};
    }
    return {};
}

file_result<std::string>
installed_packages::read(std::string const& package, std::string const& file) const
{
    auto const found = find(package);
    if (found.root == nullptr)
        return file_error(file_errc::not_found, "A package of this name is not installed.");
    return found.root->read(found.path + "/" + file);
}

std::string installed_packages::version(std::string const& package) const
{
    auto const text = read(package, "package.json");
    if (!text)
        return {};
    boost::json::error_code failure;
    auto const parsed = boost::json::parse(*text, failure);
    auto const* object = failure ? nullptr : parsed.if_object();
    return object != nullptr ? line_of(*object, "version") : std::string();
}

std::string installed_packages::folder(std::string const& package, std::string const& inside) const
{
    auto const found = find(package);
    if (found.root == nullptr)
        return {};
    auto const entry = found.root->status(found.path + "/" + inside);
    if (!entry || !entry->directory)
        return {};
    return found.root->path() + "/" + entry->path;
}

}  // namespace agent
