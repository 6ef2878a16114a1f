#include "agent/project/resolve.hpp"

#include "protocol/text.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace agent {

namespace fs = std::filesystem;

namespace {

bool is_inside(fs::path const& folder, fs::path const& root)
{
    auto at = folder.begin();
    for (auto const& part : root) {
        if (at == folder.end() || *at != part)
            return false;
        ++at;
    }
    return true;
}

}  // namespace

file_result<std::string>
resolve_project(std::string const& wanted, std::vector<std::string> const& roots)
{
    if (roots.empty())
        return file_error(
            file_errc::outside,
            "No project folder is allowed: start the server with --project /path/to/app to let it "
            "read one.");
    std::error_code ec;
    std::string allowed;
    fs::path const asked =
        wanted.empty() ? fs::path(roots.front()) : fs::path(roots.front()) / wanted;
    auto const folder = fs::canonical(asked, ec);
    if (!ec && fs::is_directory(folder, ec))
        for (auto const& root : roots) {
            auto const base = fs::canonical(root, ec);
            if (!ec && is_inside(folder, base))
                return folder.string();
        }
    for (auto const& root : roots)
        allowed += (allowed.empty() ? "" : ", ") + root;
    return file_error(
        file_errc::outside,
        fmt::format(
            "{} is not a folder inside an allowed project ({}). Allow it with --project.",
            mcp::sanitize_line(wanted, 200),
            allowed));
}

}  // namespace agent
