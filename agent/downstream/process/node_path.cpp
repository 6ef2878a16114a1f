#include "agent/downstream/process/node_path.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <tuple>
#include <vector>

namespace agent {

namespace fs = std::filesystem;

namespace {

using version = std::tuple<int, int, int>;

// "v20.11.1", as nvm and fnm name their folders; the others do without the v.
version version_of(fs::path const& folder)
{
    int major = 0;
    int minor = 0;
    int patch = 0;
    auto const name = folder.filename().string();
    std::sscanf(  // NOLINT(cert-err34-c)
        name.c_str() + (name.starts_with('v') ? 1 : 0),
        "%d.%d.%d",
        &major,
        &minor,
        &patch);
    return {major, minor, patch};
}

std::vector<fs::path> versions_in(fs::path const& folder)
{
    std::vector<fs::path> out;
    std::error_code ec;
    for (fs::directory_iterator at(folder, ec), end; !ec && at != end && out.size() < 100;
         at.increment(ec))
        out.push_back(at->path());
    std::ranges::sort(out, std::ranges::greater(), version_of);
    return out;
}

}  // namespace

std::string path_with_node(std::string path, std::string const& home)
{
    std::vector<fs::path> folders;
    if (!home.empty()) {
        auto const add = [&](fs::path const& versions, char const* below) {
            for (auto const& version : versions_in(versions))
                folders.push_back(version / below);
        };
        add(fs::path(home) / ".nvm/versions/node", "bin");
        // The programs themselves: the shims of these two need what a shell sets up.
        add(fs::path(home) / ".volta/tools/image/node", "bin");
        folders.push_back(fs::path(home) / ".volta/bin");
        add(fs::path(home) / ".asdf/installs/nodejs", "bin");
        folders.push_back(fs::path(home) / ".asdf/shims");
        add(fs::path(home) / ".local/share/fnm/node-versions", "installation/bin");
        add(fs::path(home) / ".fnm/node-versions", "installation/bin");
        add(fs::path(home) / ".local/share/mise/installs/node", "bin");
    }
    folders.insert(folders.end(), {"/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"});
    for (auto const& folder : folders) {
        std::error_code ec;
        bool const listed =
            (":" + path + ":").find(":" + folder.string() + ":") != std::string::npos;
        if (!listed && fs::exists(folder / "node", ec))
            path += (path.empty() ? "" : ":") + folder.string();
    }
    return path;
}

}  // namespace agent
