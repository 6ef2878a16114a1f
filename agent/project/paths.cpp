#include "agent/project/paths.hpp"

#include "protocol/ascii.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace agent {

namespace {

std::vector<std::string_view> components(std::string_view path)
{
    std::vector<std::string_view> parts;
    for (std::size_t at = 0; at <= path.size();) {
        auto const slash = std::min(path.find('/', at), path.size());
        if (slash > at)
            parts.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return parts;
}

bool is_source(std::string_view name)
{
    static constexpr std::array<std::string_view, 8> extensions{
        ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"};
    return std::any_of(extensions.begin(), extensions.end(), [name](std::string_view extension) {
        return name.ends_with(extension);
    });
}

// Files that hold secrets by convention; `name` in lower case, since some file systems do not care.
bool is_secret_file(std::string_view name)
{
    static constexpr std::array<std::string_view, 6> endings{
        ".pem", ".key", ".p12", ".pfx", ".keystore", ".jks"};
    static constexpr std::array<std::string_view, 5> names{
        ".netrc", ".npmrc", ".pgpass", ".htpasswd", ".git-credentials"};
    if (name.starts_with(".env"))
        return name != ".env.example";
    if (std::find(names.begin(), names.end(), name) != names.end())
        return true;
    if ((name.starts_with("id_") || name.starts_with("credentials")) && !is_source(name))
        return true;
    return std::any_of(endings.begin(), endings.end(), [name](std::string_view ending) {
        return name.ends_with(ending);
    });
}

bool is_secret_folder(std::string_view name)
{
    return name == ".ssh" || name == ".aws" || name == ".gnupg" || name == ".docker";
}

// `*` and `?` within one component: the two-pointer walk, linear but for one step back.
bool matches_component(std::string_view glob, std::string_view name)
{
    std::size_t g = 0;
    std::size_t n = 0;
    auto star = std::string_view::npos;
    std::size_t resume = 0;
    while (n < name.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = n;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
            ++g;
            ++n;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*')
        ++g;
    return g == glob.size();
}

// Row by row: which prefixes of the path the globs so far can match.
bool matches_plain(std::string_view glob, std::string_view path)
{
    auto const names = components(path);
    if (glob.find('/') == std::string_view::npos)
        return !names.empty() && (matches_component(glob, names.back()) || glob == "**");
    std::vector<char> reached(names.size() + 1, 0);
    reached[0] = 1;
    for (auto const part : components(glob)) {
        std::vector<char> next(names.size() + 1, 0);
        if (part == "**") {
            bool any = false;
            for (std::size_t i = 0; i <= names.size(); ++i) {
                any = any || reached[i] != 0;
                next[i] = any ? 1 : 0;
            }
        } else {
            for (std::size_t i = 0; i < names.size(); ++i)
                if (reached[i] != 0 && matches_component(part, names[i]))
                    next[i + 1] = 1;
        }
        reached = std::move(next);
    }
    return reached.back() != 0;
}

// {a,b} written out, 64 alternatives at most; what is beyond matches nothing.
std::vector<std::string> alternatives(std::string_view glob)
{
    std::vector<std::string> open{std::string(glob)};
    std::vector<std::string> done;
    while (!open.empty() && done.size() + open.size() <= 64) {
        auto const one = std::move(open.back());
        open.pop_back();
        auto const end = one.find('}');
        auto const begin = end == std::string::npos ? end : one.rfind('{', end);
        if (begin == std::string::npos) {
            done.push_back(one);
            continue;
        }
        auto const inside = std::string_view(one).substr(begin + 1, end - begin - 1);
        for (std::size_t at = 0; at <= inside.size();) {
            auto const comma = std::min(inside.find(',', at), inside.size());
            open.push_back(
                one.substr(0, begin) + std::string(inside.substr(at, comma - at)) +
                one.substr(end + 1));
            at = comma + 1;
        }
    }
    return done;
}

}  // namespace

file_result<std::string> normalize(std::string_view name)
{
    auto refuse = [](std::string why) {
        return file_error(
            file_errc::bad_name,
            std::move(why) +
                " Use a path relative to the project, such as app/api/users/route.ts.");
    };
    if (name.size() > 1024)
        return refuse("This path is longer than 1,024 bytes.");
    if (!mcp::valid_utf8(name) || std::any_of(name.begin(), name.end(), [](unsigned char c) {
            return c < 0x20 || c == 0x7F;
        }))
        return refuse("This path holds control characters or is not UTF-8.");
    if (mcp::sanitize(name) != name)
        return refuse("This path holds invisible characters.");
    if (name.find('\\') != std::string_view::npos)
        return refuse("This path holds a backslash.");
    if (name.starts_with('/') || name.starts_with('~'))
        return refuse("This path is absolute.");
    if (name.size() >= 2 && name[1] == ':' &&
        std::isalpha(static_cast<unsigned char>(name[0])) != 0)
        return refuse("This path names a drive.");
    std::string out;
    for (auto const part : components(name)) {
        if (part == ".")
            continue;
        if (part == "..")
            return refuse("This path holds \"..\".");
        if (part.size() > 255)
            return refuse("A part of this path is longer than 255 bytes.");
        if (!out.empty())
            out.push_back('/');
        out.append(part);
    }
    return out;
}

std::string denied(std::string_view path, access wanted)
{
    auto const folded = mcp::lower(path);
    auto const parts = components(folded);
    if (parts.empty())
        return {};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const part = parts[i];
        if (part == ".git")
            return "it is inside .git, which belongs to version control";
        if (is_secret_folder(part))
            return "it is inside a folder that holds secrets";
        if (part == ".next" || part == ".turbo" || part == ".vercel" || part == ".nbe")
            return "it is generated; read or change the source it is made from";
        if (part == "node_modules" && wanted == access::write)
            return "node_modules is installed, not written; name the package to install instead";
        if (part == "node_modules" && i + 1 < parts.size() && parts[i + 1] == ".cache")
            return "it is a cache";
    }
    bool const output =
        parts[0] == "out" || parts[0] == "dist" || parts[0] == "build" || parts[0] == "coverage";
    if (output)
        return "it is build output; read or change the source it is made from";
    if (is_secret_file(parts.back()))
        return "files of this name hold secrets; variable names are in .env.example";
    return {};
}

bool matches_glob(std::string_view glob, std::string_view path)
{
    if (glob.size() > 1024 || path.size() > 4096)
        return false;
    if (glob.starts_with("./"))
        glob.remove_prefix(2);
    auto const all = alternatives(glob);
    return std::any_of(all.begin(), all.end(), [path](std::string const& one) {
        return matches_plain(one, path);
    });
}

}  // namespace agent
