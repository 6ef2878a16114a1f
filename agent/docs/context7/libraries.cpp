#include "agent/docs/context7/libraries.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

namespace agent {

namespace {

// Letters and digits: "Next.js" and "nextjs" are one name.
std::string squeezed(std::string_view text)
{
    std::string out;
    for (unsigned char const c : text)
        if (std::isalnum(c))
            out += static_cast<char>(std::tolower(c));
    return out;
}

struct package_name {
    explicit package_name(std::string_view package)
    {
        auto const slash = package.find('/');
        if (package.starts_with('@') && slash != std::string_view::npos) {
            scope = squeezed(package.substr(0, slash));
            base = squeezed(package.substr(slash));
        } else {
            base = squeezed(package);
        }
    }
    std::string scope;
    std::string base;
};

// How surely `title` is the name of the package; 0: it is another one's.
double likeness(std::string const& title, package_name const& name)
{
    if (title.empty() || name.base.empty())
        return 0;
    if (!name.scope.empty()) {
        if (title == name.scope + name.base)
            return 6;
        if (title == name.scope)
            return 5;
        // Of "@clerk/nextjs" the second half is somebody else's name.
        return title.find(name.scope) != std::string::npos ? 3 : 0;
    }
    if (title == name.base || title == name.base + "js" || title + "js" == name.base)
        return 6;
    return name.base.size() >= 4 && title.find(name.base) != std::string::npos ? 2 : 0;
}

double worth(library_entry const& entry, package_name const& name)
{
    auto const last = entry.id.substr(entry.id.rfind('/') + 1);
    auto const like =
        std::max(likeness(squeezed(entry.title), name), likeness(squeezed(last), name));
    if (like == 0)
        return 0;
    return like + static_cast<double>(entry.source) + entry.benchmark / 100 +
           std::log10(1.0 + std::max(entry.snippets, 0)) / 2;
}

using release = std::array<long, 3>;

// "v16.1.6", "16.1", "v5_84_1", "zod@4.0.1". Nothing for prereleases and branches.
std::optional<release> parse_release(std::string_view tag)
{
    if (auto const at = tag.rfind('@'); at != std::string_view::npos)
        tag.remove_prefix(at + 1);
    if (tag.starts_with('v') || tag.starts_with('V'))
        tag.remove_prefix(1);
    release out{};
    for (auto& number : out) {
        auto const [end, ec] = std::from_chars(tag.data(), tag.data() + tag.size(), number);
        if (ec != std::errc() || number < 0)
            return std::nullopt;
        tag.remove_prefix(static_cast<std::size_t>(end - tag.data()));
        if (tag.empty())
            return out;
        if (tag[0] != '.' && tag[0] != '_')
            return std::nullopt;
        tag.remove_prefix(1);
    }
    return std::nullopt;
}

}  // namespace

std::string library_name(std::string_view package)
{
    std::string name(package);
    if (name.starts_with('@'))
        name.erase(0, 1);
    std::replace(name.begin(), name.end(), '/', ' ');
    return name;
}

library_entry const*
choose_library(std::vector<library_entry> const& entries, std::string_view package)
{
    package_name const name(package);
    library_entry const* best = nullptr;
    double best_worth = 0;
    for (auto const& entry : entries)
        if (auto const w = worth(entry, name); w > best_worth) {
            best = &entry;
            best_worth = w;
        }
    return best;
}

std::string nearest_tag(std::vector<std::string> const& tags, std::string_view installed)
{
    auto const wanted = parse_release(installed);
    if (!wanted)
        return {};
    std::string const* before = nullptr;
    std::string const* after = nullptr;
    release newest{}, oldest{};
    for (auto const& tag : tags) {
        auto const version = parse_release(tag);
        if (!version || version->front() != wanted->front())
            continue;
        if (*version <= *wanted && (!before || *version > newest)) {
            before = &tag;
            newest = *version;
        } else if (*version > *wanted && (!after || *version < oldest)) {
            after = &tag;
            oldest = *version;
        }
    }
    return before ? *before : after ? *after : std::string();
}

bool is_release(std::string_view version)
{
    return parse_release(version).has_value();
}

}  // namespace agent
