#include "agent/checks/types/copy/source_copy.hpp"

#include "agent/checks/types/output/file_names.hpp"
#include "protocol/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent {

namespace {

std::string_view name_of(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

bool ends_with_one_of(std::string_view name, std::initializer_list<std::string_view> endings)
{
    return std::any_of(endings.begin(), endings.end(), [name](std::string_view ending) {
        return name.ends_with(ending);
    });
}

bool is_code(std::string_view path)
{
    return ends_with_one_of(
        path,
        {".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".md", ".mdx"});
}

// By their names alone they may be routes, or imported.
bool may_be_named(std::string_view path)
{
    return path.starts_with("app/") || path.starts_with("pages/") || path.starts_with("src/");
}

// It would make the shadow the root of everything, where the tools must look higher for packages.
bool marks_a_root(std::string_view path)
{
    static constexpr std::array<std::string_view, 9> names{
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "pnpm-workspace.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
        "deno.lock",
        "next-env.d.ts"};
    return std::find(names.begin(), names.end(), path) != names.end();
}

bool is_tsconfig(std::string_view path)
{
    auto const name = name_of(path);
    return name.starts_with("tsconfig") && name.ends_with(".json");
}

bool is_next_config(std::string_view path)
{
    return path.starts_with("next.config.");
}

std::string in_shadow(std::string const& path, std::string_view text)
{
    return is_tsconfig(path) ? relocated_config(text, path) : std::string(text);
}

}  // namespace

source_copy::source_copy(
    project_root project,
    std::vector<file_change> const& changes,
    copied_files which,
    copy_limits limits)
    : project_(std::move(project)),
      folder_(writable_folder::open(project_)),
      which_(which),
      limits_(limits)
{
    folders_.emplace_back();
    for (auto const& change : changes) {
        auto const path = normalize(change.path);
        if (path && !path->empty() && denied(*path, access::write).empty())
            changes_[*path] = change;
        else
            refusal_ = "a staged file has a name that is not open to this tool.";
    }
}

file_result<bool> source_copy::lay_names(shadow& into, std::chrono::steady_clock::time_point until)
{
    if (!folder_)
        return folder_.error();
    if (!refusal_.empty())
        return file_error(file_errc::denied, refusal_);
    while (!folders_.empty() || !entries_.empty()) {
        if (std::chrono::steady_clock::now() >= until)
            return false;
        if (!entries_.empty()) {
            auto const entry = std::move(entries_.front());
            entries_.pop_front();
            if (auto laid = lay_file(into, entry); !laid)
                return laid.error();
            continue;
        }
        walk_options one;
        one.start = std::move(folders_.front());
        one.entries = 2 * limits_.files;
        one.depth = 1;
        one.ignored_too = true;  // generated clients are sources, too
        folders_.pop_front();
        auto found = project_.walk(one);
        if (!found && one.start.empty())
            return found.error();
        if (found)
            for (auto& entry : found->entries) {
                if (entry.directory && name_of(entry.path) != "node_modules")
                    folders_.push_back(entry.path);
                else if (!entry.directory)
                    entries_.push_back(std::move(entry));
            }
        if (entries_.size() + files_ > 4 * limits_.files || folders_.size() > limits_.files)
            return file_error(
                file_errc::limit,
                fmt::format("the project has more than {} files.", limits_.files));
    }
    if (auto laid = lay_created(into); !laid)
        return laid.error();
    std::sort(seen_.begin(), seen_.end());
    if (links_ > 0)
        notes_.push_back(fmt::format(
            "{} symbolic link{} of the project {} not in the copy that was checked.",
            links_,
            links_ == 1 ? "" : "s",
            links_ == 1 ? "is" : "are"));
    return true;
}

file_result<void> source_copy::lay_file(shadow& into, directory_entry const& entry)
{
    auto const& path = entry.path;
    if (entry.link) {
        links_ += name_of(path) == "node_modules" ? 0 : 1;
        return {};
    }
    bool const whole = which_ == copied_files::all || is_code(path);
    if (marks_a_root(path) || path.ends_with(".tsbuildinfo") || (!whole && !may_be_named(path)))
        return {};
    if (++files_ > limits_.files)
        return file_error(
            file_errc::limit, fmt::format("the project has more than {} files.", limits_.files));
    std::string text;
    if (whole) {
        auto const failure = folder_->read(path, limits_.file_bytes, text);
        if (failure.value() == EFBIG) {
            notes_.push_back(path + " is too large to be copied, and was left out.");
            return {};
        }
        if (failure)
            return {};  // gone, or closed to this user
        bytes_ += text.size();
    }
    if (bytes_ > limits_.bytes)
        return file_error(
            file_errc::limit,
            fmt::format("the project's sources are larger than {} MiB.", limits_.bytes >> 20U));
    seen_.push_back(path + '\0' + mcp::sha256_hex(text));
    if (is_next_config(path))
        configs_.push_back(path);
    auto const change = changes_.find(path);
    if (change != changes_.end() && change->second.kind == change_kind::deleted)
        return {};
    if (change != changes_.end() && is_tsconfig(path))
        text = change->second.text;
    return into.write(path, in_shadow(path, text));
}

file_result<void> source_copy::lay_created(shadow& into)
{
    for (auto const& [path, change] : changes_) {
        if (change.kind != change_kind::created || is_next_config(path) || marks_a_root(path))
            continue;
        if (is_tsconfig(path)) {
            if (auto laid = into.write(path, in_shadow(path, change.text)); !laid)
                return laid;
        } else if (path.ends_with(".json")) {
            continue;
        } else if (auto laid = into.write(path, ""); !laid) {
            return laid;
        }
    }
    return {};
}

file_result<void> source_copy::lay_changes(shadow& into) const
{
    for (auto const& [path, change] : changes_) {
        // The one that next has completed stays.
        if (is_tsconfig(path) || marks_a_root(path))
            continue;
        if (change.kind == change_kind::deleted)
            static_cast<void>(into.files().remove(path));
        else if (auto laid = into.write(path, change.text); !laid)
            return laid;
    }
    return {};
}

file_result<void> source_copy::lay_base(shadow& into) const
{
    for (auto const& [path, change] : changes_) {
        auto const base = base_text(path);
        if (marks_a_root(path))
            continue;
        if (!base)
            static_cast<void>(into.files().remove(path));
        else if (auto laid = into.write(path, in_shadow(path, *base)); !laid)
            return laid;
    }
    return {};
}

bool source_copy::routes_change() const
{
    return std::any_of(changes_.begin(), changes_.end(), [](auto const& change) {
        return change.second.kind != change_kind::modified || is_tsconfig(change.first);
    });
}

std::string source_copy::digest() const
{
    std::string all;
    for (auto const& one : seen_)
        all.append(one).push_back('\n');
    return mcp::sha256_hex(all);
}

std::optional<std::string> source_copy::changed_text(std::string const& file) const
{
    auto const change = changes_.find(file);
    if (change == changes_.end())
        return base_text(file);
    if (change->second.kind == change_kind::deleted)
        return std::nullopt;
    return change->second.text;
}

std::optional<std::string> source_copy::base_text(std::string const& file) const
{
    std::string text;
    if (!folder_ || !denied(file, access::read).empty() ||
        folder_->read(file, limits_.file_bytes, text))
        return std::nullopt;
    return text;
}

}  // namespace agent
