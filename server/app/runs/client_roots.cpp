#include "server/app/runs/client_roots.hpp"

#include "agent/project/resolve.hpp"
#include "protocol/uri_template.hpp"

#include <filesystem>

namespace app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_roots = 100;  // that are looked at

bool is_project(std::string const& folder)
{
    std::error_code ignored;
    return fs::exists(fs::path(folder) / "package.json", ignored);
}

}  // namespace

std::string path_of_uri(std::string const& uri)
{
    static auto const local = mcp::uri_template::parse("file://{/segments*}");
    auto const parts = local->match(uri);
    if (!parts)
        return {};
    auto const path = parts->find("segments");
    if (path == parts->end() || path->second.find('\0') != std::string::npos)
        return {};
    return "/" + path->second;
}

client_roots::client_roots(std::vector<std::string> allowed)
    : allowed_(std::move(allowed)),
      plain_(allowed_.empty() || (allowed_.size() == 1 && is_project(allowed_.front())))
{
}

bool client_roots::must_ask(server::request_context const& ctx) const
{
    return !plain_ && ctx.client().supports("roots") && !ctx.roots(key);
}

std::string client_roots::project(server::request_context const& ctx) const
{
    auto const given = plain_ ? std::nullopt : ctx.roots(key);
    if (!given)
        return {};
    for (std::size_t i = 0; i < given->size() && i < most_roots; ++i) {
        auto const path = path_of_uri((*given)[i].uri);
        if (path.empty())
            continue;
        if (auto const folder = agent::resolve_project(path, allowed_);
            folder && is_project(*folder))
            return *folder;
    }
    return {};
}

}  // namespace app
