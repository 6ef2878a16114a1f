#include "agent/checks/types/copy/shadow.hpp"

#include "agent/runs/store/run_store.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <dirent.h>
#include <random>
#include <vector>

namespace agent {

namespace {

constexpr char ours[] = ".nbe";
constexpr char shadows[] = ".nbe/shadow";
constexpr char ignore_file[] = ".nbe/.gitignore";
constexpr int attempts = 5;

std::string random_name()
{
    std::random_device source;
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", source(), source(), source(), source());
}

std::vector<std::string> names_in(std::string const& folder)
{
    std::vector<std::string> out;
    std::unique_ptr<DIR, int (*)(DIR*)> const list(::opendir(folder.c_str()), ::closedir);
    while (auto const* item = list ? ::readdir(list.get()) : nullptr)
        if (is_owner_id(item->d_name))
            out.emplace_back(item->d_name);
    return out;
}

bool ignore_everything(writable_folder& root)
{
    auto const failure = root.create(
        ignore_file, "# Made by nextjs-backend-engineer while it checks.\n*\n", 0, false);
    return !failure || failure.value() == EEXIST;
}

// The other way round it would leave a shadow that git sees: then it is written again.
void remove_place(writable_folder& root)
{
    if (root.remove_empty(shadows))
        return;
    static_cast<void>(root.remove(ignore_file));
    if (root.remove_empty(ours).value() == ENOTEMPTY)
        ignore_everything(root);
}

}  // namespace

file_result<std::shared_ptr<shadow>> shadow::make(project_root const& project)
{
    auto root = writable_folder::open(project.path());
    if (!root)
        return root.error();
    std::shared_ptr<shadow> const out(new shadow(std::move(*root)));
    std::string why;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        // Another check that ends may take the folders away between two of these steps.
        auto const outer = out->root_.make_below(ours, 0777);
        if (!outer)
            return outer.error();
        if (!ignore_everything(out->root_)) {
            why = ".nbe/.gitignore cannot be written";
            continue;
        }
        auto place = out->root_.make_below(shadows, 0700);
        if (!place) {
            why = place.error().message;
            continue;
        }
        try {
            out->lock_ = std::make_unique<owner_lock>(random_name(), place->descriptor_path());
        } catch (store_error const& e) {
            why = e.what();
            continue;
        }
        for (auto const& name : names_in(place->descriptor_path()))
            if (!out->lock_->lives(name))
                static_cast<void>(place->remove_tree(name));
        out->lock_->remove_dead();
        auto files = place->make_below(out->lock_->id(), 0700);
        if (!files) {
            why = files.error().message;
            out->lock_.reset();
            continue;
        }
        if (!ignore_everything(out->root_))
            continue;
        out->place_.emplace(std::move(*place));
        out->files_.emplace(std::move(*files));
        out->path_ = project.path() + "/" + shadows + "/" + out->lock_->id();
        return out;
    }
    return file_error(
        file_errc::failed, "A folder to check in cannot be made in the project: " + why);
}

shadow::~shadow()
{
    if (!lock_)
        return;
    auto const name = lock_->id();
    // What was killed a moment ago may still have written something.
    for (int attempt = 0; place_ && attempt < attempts; ++attempt)
        if (!place_->remove_tree(name))
            break;
    lock_.reset();
    place_.reset();
    remove_place(root_);
}

file_result<void> shadow::write(std::string const& file, std::string_view text)
{
    auto failure = files_->make_folders_above(file);
    if (!failure) {
        failure = files_->create(file, text, 0, false);
        if (failure.value() == EEXIST) {
            failure = files_->remove(file);
            if (!failure)
                failure = files_->create(file, text, 0, false);
        }
    }
    if (failure)
        return file_error(
            file_errc::failed,
            "The copy to check cannot be written (" + failure.message() +
                "): see that the project's file system has room.");
    return {};
}

}  // namespace agent
