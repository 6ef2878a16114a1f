#include "agent/project/staged_edits.hpp"

#include "agent/project/nearest_lines.hpp"
#include "protocol/sha256.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace {

std::size_t line_of(std::string_view text, std::size_t at)
{
    auto const end = text.begin() + static_cast<std::ptrdiff_t>(at);
    return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::vector<std::size_t> occurrences(std::string_view text, std::string_view wanted)
{
    std::vector<std::size_t> found;
    for (auto at = text.find(wanted); at != std::string_view::npos;
         at = text.find(wanted, at + wanted.size()))
        found.push_back(at);
    return found;
}

std::string with_crlf(std::string_view text)
{
    std::string out;
    for (char const c : text) {
        if (c == '\n' && !out.ends_with('\r'))
            out.push_back('\r');
        out.push_back(c);
    }
    return out;
}

std::string without_blanks(std::string_view text)
{
    std::string out;
    std::copy_if(text.begin(), text.end(), std::back_inserter(out), [](char c) {
        return c != ' ' && c != '\t' && c != '\n' && c != '\r';
    });
    return out;
}

std::string_view first_written_line(std::string_view text)
{
    auto const begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find('\n', begin) - begin);
}

file_error not_there(std::string const& path, std::string_view text, std::string_view wanted)
{
    auto message = fmt::format("old_string does not occur in {}.", path);
    auto const squeezed = without_blanks(wanted);
    if (!squeezed.empty() && without_blanks(text).find(squeezed) != std::string::npos)
        message +=
            " It does occur with other white space: copy it exactly, without the line numbers.";
    auto const nearest = nearest_lines(text, first_written_line(wanted));
    if (nearest.empty())
        message += " No line is like its first line; read the file again.";
    else
        message += " Nearest to its first line:";
    for (auto const& line : nearest)
        message += fmt::format("\n{:>6}\t{}", line.number, mcp::sanitize_line(line.text, 200));
    return {file_errc::no_match, std::move(message)};
}

file_error
not_unique(std::string const& path, std::string_view text, std::vector<std::size_t> const& found)
{
    std::string lines;
    for (std::size_t i = 0; i < found.size() && i < 10; ++i)
        lines += fmt::format("{}{}", i == 0 ? "" : ", ", line_of(text, found[i]));
    return {
        file_errc::no_match,
        fmt::format(
            "old_string occurs {} times in {} (lines {}{}). Add lines around it until it is "
            "unique, "
            "or set replace_all.",
            found.size(),
            path,
            lines,
            found.size() > 10 ? ", …" : "")};
}

}  // namespace

staged_edits::staged_edits(project_root project, staging_limits limits)
    : project_(std::move(project)), limits_(limits)
{
}

staged_edits::staged staged_edits::find(std::string const& path) const
{
    std::lock_guard const lock(mutex_);
    auto const at = staged_.find(path);
    return at == staged_.end() ? nullptr : at->second;
}

file_result<std::string> staged_edits::read(std::string_view name) const
{
    auto const path = normalize(name);
    if (!path)
        return path.error();
    if (auto const change = find(*path)) {
        if (change->kind == change_kind::deleted)
            return file_error(file_errc::not_found, *path + " was deleted in this run.");
        return change->text;
    }
    return project_.read(*path);
}

file_result<walk_result> staged_edits::walk(walk_options const& options) const
{
    auto found = project_.walk(options);
    auto const start = normalize(options.start);
    if (!start)
        return start.error();
    auto const inside = [&start](std::string const& path) {
        return start->empty() || path.starts_with(*start + "/");
    };
    auto const all = changes();
    bool const any =
        std::any_of(all.begin(), all.end(), [&](auto const& c) { return inside(c.path); });
    if (!found && (found.error().kind != file_errc::not_found || !any))
        return found;
    auto result = found ? std::move(*found) : walk_result();
    for (auto const& change : all) {
        if (!inside(change.path))
            continue;
        std::erase_if(result.entries, [&](auto const& entry) { return entry.path == change.path; });
        if (change.kind == change_kind::deleted)
            continue;
        directory_entry entry;
        entry.path = change.path;
        entry.size = change.text.size();
        result.entries.push_back(std::move(entry));
    }
    std::sort(result.entries.begin(), result.entries.end(), [](auto const& a, auto const& b) {
        return a.path < b.path;
    });
    return result;
}

file_result<std::string> staged_edits::writable(std::string_view name) const
{
    auto path = normalize(name);
    if (!path)
        return path.error();
    if (path->empty())
        return file_error(file_errc::bad_name, "The project folder itself is not a file.");
    if (auto const why = denied(*path, access::write); !why.empty())
        return file_error(file_errc::denied, *path + " is not open to this tool: " + why + ".");
    for (auto slash = path->find('/'); slash != std::string::npos;
         slash = path->find('/', slash + 1)) {
        auto const parent = path->substr(0, slash);
        auto const entry = project_.status(parent);
        auto const change = find(parent);
        bool const file =
            entry && !entry->directory && (!change || change->kind != change_kind::deleted);
        if (file || (change && change->kind != change_kind::deleted))
            return file_error(
                file_errc::bad_name, parent + " is a file, so nothing can be inside it.");
        if (!entry && entry.error().kind != file_errc::not_found)
            return entry.error();
    }
    auto const entry = project_.status(*path);
    if (entry && entry->directory)
        return file_error(file_errc::not_regular, *path + " is a folder.");
    if (!entry && entry.error().kind != file_errc::not_found)
        return entry.error();
    std::lock_guard const lock(mutex_);
    auto const below = staged_.lower_bound(*path + "/");
    if (below != staged_.end() && below->first.starts_with(*path + "/") &&
        below->second->kind != change_kind::deleted)
        return file_error(file_errc::not_regular, *path + " is a folder.");
    return path;
}

file_result<void> staged_edits::store(file_change change)
{
    if (change.text.size() > limits_.file_bytes)
        return file_error(
            file_errc::too_large, change.path + " would be larger than 1 MiB; split it.");
    std::lock_guard const lock(mutex_);
    std::size_t bytes = change.text.size();
    for (auto const& [path, other] : staged_)
        bytes += path == change.path ? 0 : other->text.size();
    if (bytes > limits_.bytes ||
        (staged_.size() >= limits_.files && !staged_.contains(change.path)))
        return file_error(
            file_errc::limit,
            fmt::format(
                "This run has staged as much as it may ({} files, {} MiB); finish with what there "
                "is.",
                limits_.files,
                limits_.bytes >> 20));
    auto path = change.path;
    staged_[std::move(path)] = std::make_shared<file_change const>(std::move(change));
    return {};
}

file_result<change_kind> staged_edits::write(std::string_view name, std::string text)
{
    auto const path = writable(name);
    if (!path)
        return path.error();
    if (!mcp::valid_utf8(text) || text.find('\0') != std::string::npos)
        return file_error(file_errc::binary, "The text for " + *path + " is not UTF-8 text.");
    file_change change;
    change.path = *path;
    change.text = std::move(text);
    if (auto const base = project_.read(*path)) {
        if (*base == change.text) {
            std::lock_guard const lock(mutex_);
            staged_.erase(*path);
            return change_kind::modified;
        }
        change.kind = change_kind::modified;
        change.base_sha256 = mcp::sha256_hex(*base);
    } else if (base.error().kind != file_errc::not_found) {
        return base.error();
    }
    auto const kind = change.kind;
    if (auto const stored = store(std::move(change)); !stored)
        return stored.error();
    return kind;
}

file_result<edit_report> staged_edits::edit(
    std::string_view name, std::string_view old_text, std::string_view new_text, bool everywhere)
{
    auto const text = read(name);
    if (!text)
        return text.error();
    auto const path = *normalize(name);
    if (!mcp::valid_utf8(*text))
        return file_error(file_errc::binary, path + " is not UTF-8; write the whole file instead.");
    if (old_text.empty())
        return file_error(
            file_errc::no_match,
            "old_string is empty; use write_file to make or replace a whole file.");
    if (old_text == new_text)
        return file_error(file_errc::no_match, "old_string and new_string are the same.");
    std::string wanted(old_text);
    std::string replacement(new_text);
    auto found = occurrences(*text, wanted);
    if (text->find("\r\n") != std::string::npos) {
        // Readers are shown \n, whatever the file has.
        wanted = found.empty() ? with_crlf(old_text) : wanted;
        replacement = with_crlf(new_text);
        found = occurrences(*text, wanted);
    }
    if (found.empty())
        return not_there(path, *text, old_text);
    if (found.size() > 1 && !everywhere)
        return not_unique(path, *text, found);
    if (text->size() + found.size() * replacement.size() > 2 * limits_.file_bytes)
        return file_error(file_errc::too_large, path + " would be larger than 1 MiB; split it.");
    std::string edited;
    std::size_t copied = 0;
    for (auto const at : found) {
        edited.append(*text, copied, at - copied).append(replacement);
        copied = at + wanted.size();
    }
    edited.append(*text, copied);
    auto const written = write(path, std::move(edited));
    if (!written)
        return written.error();
    return edit_report{found.size(), line_of(*text, found.front())};
}

file_result<void> staged_edits::remove(std::string_view name)
{
    auto const path = writable(name);
    if (!path)
        return path.error();
    auto const before = find(*path);
    auto const base = project_.read(*path);
    bool const gone = before && before->kind == change_kind::deleted;
    if (gone || (!before && !base))
        return gone ? file_error(file_errc::not_found, *path + " was deleted already.")
                    : base.error();
    if (!base && base.error().kind == file_errc::not_found) {
        std::lock_guard const lock(mutex_);
        staged_.erase(*path);
        return {};
    }
    if (!base)
        return base.error();
    file_change change;
    change.path = *path;
    change.kind = change_kind::deleted;
    change.base_sha256 = mcp::sha256_hex(*base);
    return store(std::move(change));
}

std::vector<file_change> staged_edits::changes() const
{
    std::lock_guard const lock(mutex_);
    std::vector<file_change> all;
    all.reserve(staged_.size());
    for (auto const& [path, change] : staged_)
        all.push_back(*change);
    return all;
}

std::optional<file_change> staged_edits::at(std::string_view name) const
{
    auto const path = normalize(name);
    auto const found = path ? find(*path) : nullptr;
    return found ? std::optional(*found) : std::nullopt;
}

file_result<void> staged_edits::restore(std::string_view name, std::optional<file_change> change)
{
    auto path = writable(name);
    if (!path)
        return path.error();
    if (!change) {
        std::lock_guard const lock(mutex_);
        staged_.erase(*path);
        return {};
    }
    change->path = std::move(*path);
    return store(std::move(*change));
}

}  // namespace agent
