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

// "v20.11.1", as nvm names its folders.
version version_of(fs::path const& folder)
{
    int major = 0;
    int minor = 0;
    int patch = 0;
    std::sscanf(
        folder.filename().c_str(), "v%d.%d.%d", &major, &minor, &patch);  // NOLINT(cert-err34-c)
    return {major, minor, patch};
}

std::vector<fs::path> nvm_versions(fs::path const& folder)
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
        for (auto const& version : nvm_versions(fs::path(home) / ".nvm/versions/node"))
            folders.push_back(version / "bin");
        folders.push_back(fs::path(home) / ".volta/bin");
        folders.push_back(fs::path(home) / ".asdf/shims");
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
