#include "agent/project/owned_fd.hpp"
#include "agent/project/project_root.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace agent {

namespace {

constexpr std::size_t slack = 1000;  // entries of one folder that may turn out to be ignored

bool skipped(std::string_view name)
{
    static constexpr std::string_view names[] = {
        "node_modules", ".git", ".next", "dist", "out", "coverage", ".turbo", ".vercel"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Enough of .gitignore to leave generated files out: plain patterns in order, the last that matches
// wins. It only thins listings and searches; it guards nothing.
class ignore_list {
public:
    explicit ignore_list(std::string const& text)
    {
        for (std::size_t at = 0; at < text.size() && rules_.size() < 500;) {
            auto const end = std::min(text.find('\n', at), text.size());
            auto line = std::string_view(text).substr(at, end - at);
            at = end + 1;
            while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
                line.remove_suffix(1);
            if (line.empty() || line.front() == '#')
                continue;
            rule r;
            r.ignore = line.front() != '!';
            if (!r.ignore)
                line.remove_prefix(1);
            r.folder_only = line.ends_with('/');
            if (r.folder_only)
                line.remove_suffix(1);
            r.glob = line;
            if (line.find('/') != std::string_view::npos && !line.starts_with('/'))
                r.glob = "/" + r.glob;
            rules_.push_back(std::move(r));
        }
    }

    bool ignores(directory_entry const& entry) const
    {
        auto const rule = std::find_if(rules_.rbegin(), rules_.rend(), [&](auto const& r) {
            return (entry.directory || !r.folder_only) && matches_glob(r.glob, entry.path);
        });
        return rule != rules_.rend() && rule->ignore;
    }

private:
    struct rule {
        std::string glob;  // with a slash: from the root; without: any last component
        bool folder_only = false;
        bool ignore = true;
    };
    std::vector<rule> rules_;
};

}  // namespace

file_result<std::vector<directory_entry>>
project_root::read_directory(std::string const& path, std::size_t limit) const
{
    auto const folder = open_beneath(path, O_RDONLY | O_DIRECTORY);
    if (!folder)
        return folder.error();
    int const copy = ::fcntl((*folder)->get(), F_DUPFD_CLOEXEC, 0);
    DIR* const stream = copy < 0 ? nullptr : ::fdopendir(copy);
    if (stream == nullptr) {
        auto const error = open_failure(path, errno);
        if (copy >= 0)
            ::close(copy);
        return error;
    }
    std::unique_ptr<DIR, int (*)(DIR*)> const owner(stream, ::closedir);
    std::vector<directory_entry> entries;
    while (auto const* item = ::readdir(stream)) {  // one stream, one thread
        std::string_view const name = item->d_name;
        if (name == "." || name == "..")
            continue;
        struct stat status {};
        if (::fstatat(copy, item->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        directory_entry entry;
        entry.path = path.empty() ? std::string(name) : path + "/" + std::string(name);
        entry.directory = S_ISDIR(status.st_mode);
        entry.link = S_ISLNK(status.st_mode);
        // Pipes, sockets and devices are nobody's source; names that cannot be asked for neither.
        if (!(entry.directory || entry.link || S_ISREG(status.st_mode)) || !normalize(entry.path))
            continue;
        entry.size = S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
        entry.inode = status.st_ino;
        entry.modified_ns =
            std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
        entries.push_back(std::move(entry));
        if (entries.size() > limit)
            break;
    }
    std::sort(entries.begin(), entries.end(), [](auto const& a, auto const& b) {
        return a.path < b.path;
    });
    return entries;
}

file_result<walk_result> project_root::walk(walk_options const& options) const
{
    auto const start = normalize(options.start);
    if (!start)
        return start.error();
    auto const why = denied(*start, access::read);
    if (!why.empty())
        return access_refused(*start, why);
    ignore_list ignored{std::string()};
    if (!options.ignored_too)
        if (auto const rules = read(".gitignore"))
            ignored = ignore_list(*rules);
    walk_result found;
    struct folder {
        std::string path;
        int depth;
    };
    // Breadth first: when the limit comes, every part of the project has been seen a little.
    std::deque<folder> folders{{*start, 0}};
    while (!folders.empty()) {
        auto const [path, depth] = folders.front();
        folders.pop_front();
        auto const room = options.entries - found.entries.size();
        auto entries = read_directory(path, room + slack);
        found.complete = found.complete && (!entries || entries->size() <= room + slack);
        if (!entries) {
            if (path == *start)
                return entries.error();
            continue;  // vanished or closed meanwhile
        }
        for (auto& entry : *entries) {
            auto const name =
                std::string_view(entry.path).substr(path.empty() ? 0 : path.size() + 1);
            if (!denied(entry.path, access::read).empty() ||
                (!options.ignored_too && (skipped(name) || ignored.ignores(entry))))
                continue;
            if (found.entries.size() >= options.entries) {
                found.complete = false;
                break;
            }
            if (entry.directory && depth + 1 < options.depth)
                folders.push_back({entry.path, depth + 1});
            else if (entry.directory)
                found.complete = false;
            found.entries.push_back(std::move(entry));
        }
        if (found.entries.size() >= options.entries && !folders.empty()) {
            found.complete = false;
            break;
        }
    }
    std::sort(found.entries.begin(), found.entries.end(), [](auto const& a, auto const& b) {
        return a.path < b.path;
    });
    return found;
}

}  // namespace agent
