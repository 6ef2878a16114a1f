#include "agent/checks/rules/source/file_role.hpp"

#include <algorithm>
#include <array>

namespace agent::checks {

namespace {

template <std::size_t Size>
bool one_of(std::string_view word, std::array<std::string_view, Size> const& words)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 8> extensions{
    "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"};

constexpr std::array<std::string_view, 9> rendered{
    "layout",
    "template",
    "default",
    "loading",
    "not-found",
    "forbidden",
    "unauthorized",
    "global-not-found",
    "head"};

constexpr std::array<std::string_view, 13> aside_folders{
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "mocks",
    "e2e",
    "cypress",
    "playwright",
    "scripts",
    "fixtures",
    "seed",
    "seeds",
    "migrations"};

// The folder that a path lies in directly: "src/proxy.ts" → "src".
std::string_view folder_of(std::string_view path)
{
    auto const slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string_view stem_of(std::string_view path)
{
    auto const name = name_of(path);
    return name.substr(0, std::min(name.rfind('.'), name.size()));
}

bool in_app_directory(std::string_view path)
{
    return path.starts_with("app/") || path.find("/app/") != std::string_view::npos;
}

bool is_script(std::string_view path)
{
    auto const name = name_of(path);
    auto const dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || !one_of(name.substr(dot + 1), extensions))
        return false;
    return !name.substr(0, dot).ends_with(".d");
}

bool is_aside(std::string_view path)
{
    auto const name = name_of(path);
    for (std::string_view mark : {".test.", ".spec.", ".stories.", ".e2e.", ".mock."})
        if (name.find(mark) != std::string_view::npos)
            return true;
    if (name.starts_with("seed.") || name.starts_with("setup-tests"))
        return true;
    if (in_app_directory(path))
        return false;
    auto folder = folder_of(path);
    while (!folder.empty()) {
        if (one_of(name_of(folder), aside_folders))
            return true;
        folder = folder_of(folder);
    }
    return false;
}

file_role role_of(std::string_view path)
{
    if (!is_script(path))
        return file_role::other;
    auto const stem = stem_of(path);
    auto const folder = folder_of(path);
    if (stem == "next.config")
        return file_role::next_config;
    if (folder.empty() || folder == "src") {
        if (stem == "proxy")
            return file_role::proxy;
        if (stem == "middleware")
            return file_role::middleware;
    }
    if (!in_app_directory(path))
        return file_role::other;
    if (stem == "route")
        return file_role::route;
    if (stem == "page")
        return file_role::page;
    return one_of(stem, rendered) ? file_role::layout : file_role::other;
}

}  // namespace agent::checks
