#include "agent/project/apply/restore.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace {

using error = boost::system::error_code;

std::string listed(std::vector<std::string> const& names)
{
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 10; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > 10)
        out += fmt::format(" and {} more", names.size() - 10);
    return out;
}

std::vector<swapped_file> files_of(apply_plan const& plan, bool forth)
{
    std::vector<swapped_file> out;
    for (std::size_t i = 0; i < plan.entries.size(); ++i) {
        auto const& entry = plan.entries[i];
        swapped_file file;
        file.path = entry.path;
        file.temporary = entry.temporary(plan.id, i);
        file.from_sha256 = forth ? entry.old_sha256 : entry.new_sha256;
        file.to_sha256 = forth ? entry.new_sha256 : entry.old_sha256;
        file.mode = entry.mode;
        out.push_back(std::move(file));
    }
    return out;
}

// An exchange that was interrupted before its result was looked at may have left what somebody else
// wrote beside the file. It goes back to its place.
void rescue(writable_folder& project, swapped_file const& file)
{
    auto const aside = file_sha256(project, file.temporary);
    if (aside.empty() || aside == file.from_sha256 || aside == file.to_sha256)
        return;
    auto const here = file_sha256(project, file.path);
    if (here.empty())
        static_cast<void>(project.move(file.temporary, file.path));
    else if (here == file.from_sha256 || here == file.to_sha256)
        static_cast<void>(project.exchange(file.temporary, file.path));
}

void remove_known(writable_folder& project, swapped_file const& file)
{
    static_cast<void>(project.remove_tree(file.temporary + ".part"));
    auto const aside = file_sha256(project, file.temporary);
    if (!aside.empty() && (aside == file.from_sha256 || aside == file.to_sha256))
        static_cast<void>(project.remove(file.temporary));
}

error bring_back(
    writable_folder& project,
    apply_journal const& journal,
    swapped_file const& file,
    std::size_t index)
{
    if (file.to_sha256.empty())
        return {};
    auto const old = journal.old(index);
    if (!old)
        return boost::system::errc::make_error_code(boost::system::errc::io_error);
    if (auto const failure = project.make_folders_above(file.path))
        return failure;
    return prepare_swap(project, file, *old);
}

apply_result opened(
    std::string const& backup,
    apply_hook const& hook,
    std::function<apply_result(writable_folder&, apply_journal&, apply_plan)> const& work)
{
    apply_result out;
    auto journal = apply_journal::open(backup, false);
    if (!journal) {
        out.message = journal.error().message;
        return out;
    }
    journal->before_change(hook);
    auto plan = journal->plan();
    if (!plan) {
        out.message = plan.error().message;
        return out;
    }
    auto project = writable_folder::open(plan->project);
    if (!project) {
        out.message = "The project of these changes is not there any more: " + plan->project + ".";
        return out;
    }
    project->before_change(hook);
    return work(*project, *journal, std::move(*plan));
}

}  // namespace

std::vector<swapped_file> forward(apply_plan const& plan)
{
    return files_of(plan, true);
}

std::vector<swapped_file> backward(apply_plan const& plan)
{
    return files_of(plan, false);
}

void remove_temporaries(writable_folder& project, apply_plan const& plan)
{
    for (auto const& file : forward(plan))
        remove_known(project, file);
}

apply_result restore(writable_folder& project, apply_journal& journal, apply_plan plan)
{
    apply_result out;
    std::string problem;
    auto const files = backward(plan);
    for (auto const& file : files) {
        rescue(project, file);
        remove_known(project, file);
    }
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto const here = file_sha256(project, files[i].path);
        if (here == files[i].from_sha256)
            left.push_back(i);
        else if (here != files[i].to_sha256)
            out.kept.push_back(files[i].path);
    }
    for (auto const i : left)
        if (auto const failure = bring_back(project, journal, files[i], i); failure)
            problem = files[i].path + " (" + failure.message() + ")";
    for (auto const i : left) {
        error failure;
        if (!problem.empty())
            break;
        auto const result = swap(project, files[i], failure);
        if (result == swap_result::done)
            out.files.push_back(files[i].path);
        else if (result == swap_result::conflict)
            out.kept.push_back(files[i].path);
        else
            problem = files[i].path + " (" + failure.message() + ")";
    }
    for (auto const& file : files)
        remove_known(project, file);
    if (!problem.empty()) {
        out.outcome = apply_outcome::failed;
        out.message =
            "Not everything could be brought back: " + problem +
            ". See that the project can be written and has room, then undo the run again.";
        return out;
    }
    // Inner folders first; those with something in them stay.
    for (auto folder = plan.folders.rbegin(); folder != plan.folders.rend(); ++folder)
        static_cast<void>(project.remove_empty(*folder));
    plan.state = apply_state::undone;
    if (auto const written = journal.write(plan); !written) {
        out.outcome = apply_outcome::failed;
        out.message = "Everything is as it was, but: " + written.error().message;
        return out;
    }
    out.outcome = out.kept.empty() ? apply_outcome::undone : apply_outcome::conflict;
    out.message = "The project is as it was before these changes";
    if (!out.kept.empty())
        out.message += ", but for what was changed by others meanwhile and is left as it is: " +
                       listed(out.kept);
    out.message += ".";
    return out;
}

apply_result undo(std::string const& backup, apply_hook const& hook)
{
    return opened(backup, hook, [](auto& project, auto& journal, apply_plan plan) {
        apply_result out;
        if (plan.state == apply_state::undone) {
            out.message = "These changes are undone already.";
            return out;
        }
        if (plan.state == apply_state::applied) {
            for (auto const& file : backward(plan))
                if (file_sha256(project, file.path) != file.from_sha256)
                    out.kept.push_back(file.path);
            if (!out.kept.empty()) {
                out.message = fmt::format(
                    "Changed since: {}. Nothing was undone; bring back what you need from the "
                    "backup, or undo with your version control.",
                    listed(out.kept));
                return out;
            }
            plan.state = apply_state::undoing;
            if (auto const written = journal.write(plan); !written) {
                out.message = written.error().message + " Nothing was undone.";
                return out;
            }
        }
        return restore(project, journal, std::move(plan));
    });
}

apply_result recover(std::string const& backup, apply_hook const& hook)
{
    apply_result nothing;
    nothing.outcome = apply_outcome::nothing;
    {
        // Without a plan, nothing was begun. What is held, somebody else is at work on.
        auto const journal = apply_journal::open(backup, false);
        nothing.message = journal ? "There is nothing to recover." : journal.error().message;
        if (!journal || !journal->has_plan())
            return nothing;
    }
    return opened(backup, hook, [&nothing](auto& project, auto& journal, apply_plan plan) {
        if (plan.state == apply_state::applied || plan.state == apply_state::undone)
            return nothing;
        return restore(project, journal, std::move(plan));
    });
}

}  // namespace agent
