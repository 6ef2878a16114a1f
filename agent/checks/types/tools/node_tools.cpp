#include "agent/checks/types/tools/node_tools.hpp"

#include "agent/downstream/process/child_process.hpp"
#include "agent/downstream/process/node_path.hpp"
#include "agent/project/apply/writable_folder.hpp"
#include "agent/project/installed.hpp"
#include "protocol/sha256.hpp"

#include <charconv>
#include <filesystem>
#include <string_view>

namespace agent {

namespace fs = std::filesystem;

namespace {

file_error missing(std::string message)
{
    return {file_errc::not_found, std::move(message)};
}

std::string find_node(tool_environment const& environment)
{
    try {
        if (!environment.node.empty())
            return find_executable(environment.node, environment.path);
        return find_executable("node", path_with_node(environment.path, environment.home));
    } catch (spawn_error const&) {
        return {};
    }
}

// A file in an installed package, absolute.
std::string file_of(
    installed_packages const& packages, char const* package, char const* folder, char const* name)
{
    auto const found = packages.folder(package, folder);
    std::error_code ec;
    if (found.empty() || !fs::is_regular_file(fs::path(found) / name, ec))
        return {};
    return found + "/" + name;
}

// What the package managers write when they have installed something.
std::string installation_stamp(project_root const& project)
{
    std::string seen;
    fs::path folder = project.path();
    for (int level = 0; level <= 8; ++level, folder = folder.parent_path()) {
        for (auto const* name :
             {"node_modules",
              "node_modules/.package-lock.json",
              "node_modules/.modules.yaml",
              "node_modules/.yarn-state.yml",
              "node_modules/@types",
              "package-lock.json",
              "pnpm-lock.yaml",
              "yarn.lock",
              "bun.lock"}) {
            std::error_code ec;
            auto const time = fs::last_write_time(folder / name, ec);
            if (!ec)
                seen += std::string(name) + "\n" + std::to_string(time.time_since_epoch().count()) +
                        "\n";
        }
        if (folder == folder.root_path())
            break;
    }
    return mcp::sha256_hex(seen);
}

}  // namespace

bool node_tools::has_typegen() const
{
    int major = 0;
    int minor = 0;
    auto const* const end = next_version.data() + next_version.size();
    auto const first = std::from_chars(next_version.data(), end, major);
    if (first.ec == std::errc() && first.ptr != end)
        std::from_chars(first.ptr + 1, end, minor);
    return !next.empty() && (major > 15 || (major == 15 && minor >= 5));
}

file_result<node_tools>
find_node_tools(project_root const& project, tool_environment const& environment)
{
    installed_packages const packages(project);
    if (packages.plug_and_play())
        return missing(
            "Yarn Plug'n'Play keeps no node_modules, which the type check needs; set nodeLinker: "
            "node-modules to have it.");
    node_tools out;
    out.tsc = file_of(packages, "typescript", "lib", "tsc.js");
    if (out.tsc.empty())
        return missing(
            "TypeScript is not installed in the project (no node_modules/typescript); install the "
            "project's packages first.");
    out.typescript_version = packages.version("typescript");
    out.next = file_of(packages, "next", "dist/bin", "next");
    if (!out.next.empty())
        out.next_version = packages.version("next");
    out.node = find_node(environment);
    if (out.node.empty() && !environment.node.empty())
        return missing(
            environment.node +
            " is no program that can be started; say where Node.js is with --node or "
            "NEXTJS_BACKEND_ENGINEER_NODE.");
    if (out.node.empty())
        return missing(
            "Node.js was not found, neither in PATH nor where nvm, fnm, volta, asdf or Homebrew "
            "put it; say where it is with --node or NEXTJS_BACKEND_ENGINEER_NODE.");
    out.stamp = installation_stamp(project);
    return out;
}

std::vector<std::string>
tool_variables(node_tools const& tools, tool_environment const& environment)
{
    return {
        "PATH=" + folder_of(tools.node) + ":/usr/local/bin:/usr/bin:/bin",
        "HOME=" + environment.home,
        "LANG=C.UTF-8",
        "CI=1",
        "NO_COLOR=1",
        "NEXT_TELEMETRY_DISABLED=1",
        "NEXT_IGNORE_INCORRECT_LOCKFILE=1"};
}

}  // namespace agent
