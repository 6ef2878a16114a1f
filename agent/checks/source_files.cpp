#include "agent/checks/source_files.hpp"

#include "agent/checks/rules/source/file_role.hpp"
#include "agent/project/apply/writable_folder.hpp"
#include "protocol/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

namespace agent::checks {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_entries = 200'000;
constexpr std::size_t most_bytes = 256 << 20;

// As a name of the project, if it is below it; empty is the project itself.
std::optional<std::string> below_project(fs::path const& project, fs::path const& path)
{
    auto name = path.lexically_normal().lexically_relative(project).generic_string();
    if (name == ".")
        name.clear();
    if (name.ends_with('/'))
        name.pop_back();
    if (name == ".." || name.starts_with("../"))
        return std::nullopt;
    return name;
}

std::optional<std::string>
name_of(project_root const& project, std::string const& path, std::string const& directory)
{
    std::error_code ignored;
    fs::path const root(project.path());
    for (auto const& from : {fs::path(directory), root}) {
        auto const whole = from / path;
        if (!fs::exists(whole, ignored))
            continue;
        if (auto name = below_project(root, whole))
            return name;
        // The same folder under another name.
        if (auto name = below_project(fs::canonical(root, ignored), fs::canonical(whole, ignored)))
            return name;
    }
    return std::nullopt;
}

class gathering {
public:
    gathering(project_root const& project, gathered_files& out) : project_(project), out_(out) {}

    void folder(std::string const& name)
    {
        walk_options options;
        options.start = name;
        options.entries = most_entries;
        auto const found = project_.walk(options);
        if (!found) {
            missing(found.error().message);
            return;
        }
        if (!found->complete)
            missing(
                fmt::format("There are more than {} files: not all were checked.", most_entries));
        for (auto const& entry : found->entries)
            if (!entry.directory && !entry.link && is_script(entry.path))
                file(entry.path, false);
    }

    void file(std::string const& name, bool asked)
    {
        if (!is_script(name) || !names_.insert(name).second)
            return;
        auto text = project_.read(name);
        if (!text) {
            out_.problems.push_back(text.error().message);
            out_.complete = out_.complete && !asked;
            return;
        }
        bytes_ += text->size();
        if (bytes_ > most_bytes) {
            if (bytes_ - text->size() <= most_bytes)
                missing(fmt::format("{}: beyond 256 MB of source nothing was checked.", name));
            return;
        }
        out_.files.push_back({name, std::move(*text)});
    }

    void missing(std::string sentence)
    {
        out_.problems.push_back(std::move(sentence));
        out_.complete = false;
    }

private:
    project_root const& project_;
    gathered_files& out_;
    std::set<std::string> names_;
    std::size_t bytes_ = 0;
};

}  // namespace

gathered_files gather_files(
    project_root const& project,
    std::vector<std::string> const& paths,
    std::string const& directory)
{
    gathered_files out;
    gathering gather(project, out);
    if (paths.empty())
        gather.folder({});
    for (auto const& path : paths) {
        auto const name = name_of(project, path, directory);
        if (!name) {
            gather.missing(fmt::format("There is no {} in {}.", path, project.path()));
            continue;
        }
        auto const status = name->empty() ? directory_entry() : directory_entry{*name};
        auto const found =
            name->empty() ? file_result<directory_entry>(status) : project.status(*name);
        if (!found)
            gather.missing(found.error().message);
        else if (name->empty() || found->directory)
            gather.folder(*name);
        else
            gather.file(*name, true);
    }
    std::sort(out.files.begin(), out.files.end(), [](auto const& a, auto const& b) {
        return a.path < b.path;
    });
    return out;
}

std::string
replace_file(project_root const& project, std::string const& path, std::string const& text)
{
    auto folder = writable_folder::open(project.path());
    if (!folder)
        return folder.error().message;
    entry_status old;
    if (folder->status(path, old) || old.kind != entry_kind::file)
        return fmt::format("{} is not fixed: it is reached through a link, or no file.", path);
    if (old.read_only)
        return fmt::format("{} is not fixed: it is read-only.", path);
    auto const beside = folder_of(path);
    auto const temporary = fmt::format(
        "{}{}.nextjs-backend-fix-{}", beside, beside.empty() ? "" : "/", mcp::random_hex(8));
    bool const durable = true;
    auto failure = folder->create(temporary, text, old.mode, durable);
    if (!failure)
        failure = folder->replace(temporary, path);
    if (!failure)
        return {};
    static_cast<void>(folder->remove(temporary));
    return fmt::format("{} could not be written: {}.", path, failure.message());
}

}  // namespace agent::checks
