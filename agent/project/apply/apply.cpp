#include "agent/project/apply/apply.hpp"

#include "agent/project/apply/file_swap.hpp"
#include "agent/project/apply/restore.hpp"
#include "protocol/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <set>

namespace agent {

namespace {

using error = boost::system::error_code;

apply_result refused(std::string message)
{
    apply_result out;
    out.message = std::move(message);
    return out;
}

std::string random_id()
{
    std::random_device source;
    return fmt::format("{:08x}{:08x}", source(), source());
}

struct checked_change {
    apply_entry entry;
    std::string old;
};

file_error stale(std::string const& path)
{
    return {
        file_errc::failed,
        path + " has changed since these changes were made from it; start again from how it is "
               "now."};
}

// What stands in the way of a file: a link or a file where its folder should be. Gives the folders
// that are missing.
file_result<void> check_folders(
    writable_folder const& project, std::string const& path, std::set<std::string>& missing)
{
    for (auto slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        auto const folder = path.substr(0, slash);
        entry_status found;
        auto const failure = project.status(folder, found);
        if (!failure && found.kind == entry_kind::absent)
            missing.insert(folder);
        else if (failure || found.kind != entry_kind::folder)
            return file_error(
                file_errc::outside,
                fmt::format(
                    "{} is a link or a file, so {} cannot be written; nothing is written through "
                    "links.",
                    folder,
                    path));
    }
    return {};
}

file_result<checked_change>
check(writable_folder const& project, file_change const& change, std::set<std::string>& missing)
{
    auto const path = normalize(change.path);
    if (!path)
        return path.error();
    if (path->empty())
        return file_error(file_errc::bad_name, "The project folder itself is not a file.");
    if (auto const why = denied(*path, access::write); !why.empty())
        return file_error(file_errc::denied, *path + " is not written: " + why + ".");
    if (auto const folders = check_folders(project, *path, missing); !folders)
        return folders.error();
    entry_status found;
    if (auto const failure = project.status(*path, found))
        return file_error(
            file_errc::failed, *path + " cannot be looked at: " + failure.message() + ".");
    checked_change out;
    out.entry.path = *path;
    if (change.kind != change_kind::deleted)
        out.entry.new_sha256 = mcp::sha256_hex(change.text);
    if (change.kind == change_kind::created) {
        if (found.kind != entry_kind::absent)
            return file_error(
                file_errc::failed,
                *path + " exists by now; start again from how it is, or remove it first.");
        return out;
    }
    if (found.kind == entry_kind::link)
        return file_error(
            file_errc::outside, *path + " is a link; nothing is written through links.");
    if (found.kind != entry_kind::file)
        return stale(*path);
    if (found.read_only)
        return file_error(file_errc::denied, *path + " is read-only; make it writable first.");
    if (project.read(*path, max_file_bytes, out.old) ||
        mcp::sha256_hex(out.old) != change.base_sha256)
        return stale(*path);
    out.entry.old_sha256 = change.base_sha256;
    out.entry.mode = found.mode;
    return out;
}

std::string sentence(char const* path, char const* what, error const& failure)
{
    return fmt::format(
        "{} could not be {} ({}): see that the project can be written and has room. Nothing was "
        "changed.",
        path,
        what,
        failure.message());
}

// Everything up to the journal's last word. An empty answer is success.
std::string
carry_out(writable_folder& project, apply_plan const& plan, std::vector<file_change> const& changes)
{
    for (auto const& folder : plan.folders)
        if (auto const failure = project.make_folder(folder); failure && failure.value() != EEXIST)
            return sentence(folder.c_str(), "made", failure);
    auto const files = forward(plan);
    for (std::size_t i = 0; i < files.size(); ++i)
        if (!files[i].to_sha256.empty())
            if (auto const failure = prepare_swap(project, files[i], changes[i].text))
                return sentence(files[i].path.c_str(), "written", failure);
    for (auto const& file : files) {
        error failure;
        switch (swap(project, file, failure)) {
        case swap_result::done:
            break;
        case swap_result::conflict:
            return file.path + " was changed by somebody else at this moment. Nothing was changed; "
                               "start again from how it is now.";
        case swap_result::failed:
            return sentence(file.path.c_str(), "replaced", failure);
        }
    }
    return {};
}

}  // namespace

apply_result apply(
    project_root const& project,
    std::vector<file_change> const& changes,
    std::string const& backup,
    apply_hook const& hook)
{
    auto folder = writable_folder::open(project);
    if (!folder)
        return refused(folder.error().message);
    folder->before_change(hook);
    std::vector<file_change> sorted = changes;
    std::sort(
        sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.path < b.path; });
    if (sorted.empty())
        return refused("There are no changes to apply.");
    apply_plan plan;
    plan.project = project.path();
    plan.id = random_id();
    std::set<std::string> missing;
    std::vector<std::string> old;
    for (auto const& change : sorted) {
        auto checked = check(*folder, change, missing);
        if (!checked)
            return refused(checked.error().message + " Nothing was changed.");
        if (!plan.entries.empty() && plan.entries.back().path == checked->entry.path)
            return refused(checked->entry.path + " is changed twice. Nothing was changed.");
        plan.entries.push_back(std::move(checked->entry));
        old.push_back(std::move(checked->old));
    }
    plan.folders.assign(missing.begin(), missing.end());

    auto journal = apply_journal::open(backup, true);
    if (!journal)
        return refused(journal.error().message + " Nothing was changed.");
    if (journal->has_plan()) {
        auto const before = journal->plan();
        if (!before || before->state != apply_state::undone)
            return refused(
                "These changes were applied already; undo them first. Nothing was changed.");
    }
    journal->before_change(hook);
    for (std::size_t i = 0; i < plan.entries.size(); ++i)
        if (!plan.entries[i].old_sha256.empty())
            if (auto const kept = journal->keep_old(i, old[i]); !kept)
                return refused(kept.error().message + " Nothing was changed.");
    if (auto const written = journal->write(plan); !written)
        return refused(written.error().message + " Nothing was changed.");

    auto problem = carry_out(*folder, plan, sorted);
    if (problem.empty()) {
        remove_temporaries(*folder, plan);
        plan.state = apply_state::applied;
        if (auto const written = journal->write(plan); !written)
            problem = written.error().message + " Nothing was changed.";
    }
    if (!problem.empty()) {
        plan.state = apply_state::applying;
        auto result = restore(*folder, *journal, plan);
        if (result.outcome == apply_outcome::undone) {
            result.outcome = apply_outcome::refused;
            result.message = problem;
        } else {
            result.message = problem + " " + result.message;
        }
        return result;
    }
    apply_result out;
    out.outcome = apply_outcome::applied;
    for (auto const& entry : plan.entries)
        out.files.push_back(entry.path);
    out.message = fmt::format(
        "{} file{} changed in {}.",
        out.files.size(),
        out.files.size() == 1 ? "" : "s",
        plan.project);
    return out;
}

}  // namespace agent
