#include "server/app/terminal/checked_files.hpp"

#include "agent/checks/rules/source/file_role.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace app {

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
name_of(agent::project_root const& project, std::string const& path, std::string const& directory)
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
    gathering(agent::project_root const& project, gathered_files& out)
        : project_(project), out_(out)
    {
    }

    void folder(std::string const& name)
    {
        agent::walk_options options;
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
            if (!entry.directory && !entry.link && agent::checks::is_script(entry.path))
                file(entry.path, false);
    }

    void file(std::string const& name, bool asked)
    {
        if (!agent::checks::is_script(name) || !names_.insert(name).second)
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
    agent::project_root const& project_;
    gathered_files& out_;
    std::set<std::string> names_;
    std::size_t bytes_ = 0;
};

std::string system_error(std::string const& path)
{
    return fmt::format("{} could not be written: {}.", path, std::strerror(errno));
}

}  // namespace

gathered_files gather_files(
    agent::project_root const& project,
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
        auto const status =
            name->empty() ? agent::directory_entry() : agent::directory_entry{*name};
        auto const found = name->empty() ? agent::file_result<agent::directory_entry>(status)
                                         : project.status(*name);
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
replace_file(agent::project_root const& project, std::string const& path, std::string const& text)
{
    std::error_code ec;
    auto const root = fs::canonical(project.path(), ec);
    auto const target = root / path;
    struct stat old {};
    // No link on the way: what is written is what was read.
    if (ec || fs::canonical(target.parent_path(), ec) != target.parent_path() ||
        ::lstat(target.c_str(), &old) != 0 || !S_ISREG(old.st_mode))
        return fmt::format("{} is not fixed: it is reached through a link, or no file.", path);
    auto name = (target.parent_path() / ".nextjs-backend-fix-XXXXXX").string();
    int const fd = ::mkstemp(name.data());
    if (fd < 0)
        return system_error(path);
    std::size_t done = 0;
    bool good = ::fchmod(fd, old.st_mode & 07777) == 0;
    while (good && done < text.size()) {
        auto const written = ::write(fd, text.data() + done, text.size() - done);
        good = written > 0 || (written < 0 && errno == EINTR);
        done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    good = good && ::fsync(fd) == 0;
    good = ::close(fd) == 0 && good;
    if (good && ::rename(name.c_str(), target.c_str()) == 0)
        return {};
    auto why = system_error(path);
    ::unlink(name.c_str());
    return why;
}

}  // namespace app
