#include "agent/project/apply/file_swap.hpp"

#include "agent/project/project_root.hpp"
#include "protocol/sha256.hpp"

#include <cerrno>

namespace agent {

using error = boost::system::error_code;

namespace {

// On file systems that cannot exchange two files: the same, but for the moment between the look and
// the replacement.
swap_result replace_seen(writable_folder& project, swapped_file const& file, error& failure)
{
    if (file_sha256(project, file.path) != file.from_sha256)
        return swap_result::conflict;
    failure = project.replace(file.temporary, file.path);
    return failure ? swap_result::failed : swap_result::done;
}

swap_result exchange(writable_folder& project, swapped_file const& file, error& failure)
{
    failure = project.exchange(file.temporary, file.path);
    if (failure.value() == EINVAL || failure.value() == ENOSYS)
        return replace_seen(project, file, failure);
    if (failure.value() == ENOENT)
        return swap_result::conflict;
    if (failure)
        return swap_result::failed;
    if (file_sha256(project, file.temporary) == file.from_sha256)
        return swap_result::done;
    failure = project.exchange(file.temporary, file.path);
    return failure ? swap_result::failed : swap_result::conflict;
}

swap_result put(writable_folder& project, swapped_file const& file, error& failure)
{
    failure = project.move(file.temporary, file.path);
    if (failure.value() == EEXIST)
        return swap_result::conflict;
    return failure ? swap_result::failed : swap_result::done;
}

swap_result take(writable_folder& project, swapped_file const& file, error& failure)
{
    failure = project.move(file.path, file.temporary);
    if (failure.value() == ENOENT)
        return swap_result::conflict;
    if (failure)
        return swap_result::failed;
    if (file_sha256(project, file.temporary) == file.from_sha256)
        return swap_result::done;
    failure = project.move(file.temporary, file.path);
    return failure ? swap_result::failed : swap_result::conflict;
}

}  // namespace

error prepare_swap(writable_folder& project, swapped_file const& file, std::string_view bytes)
{
    // Under the name that counts there is never half of the contents.
    auto const part = file.temporary + ".part";
    if (auto const failure = project.create(part, bytes, file.mode, true))
        return failure;
    return project.move(part, file.temporary);
}

swap_result swap(writable_folder& project, swapped_file const& file, error& failure)
{
    swap_result result = swap_result::failed;
    if (!file.from_sha256.empty() && !file.to_sha256.empty())
        result = exchange(project, file, failure);
    else if (file.from_sha256.empty())
        result = put(project, file, failure);
    else
        result = take(project, file, failure);
    if (result != swap_result::done)
        return result;
    failure = project.sync(folder_of(file.path));
    return failure ? swap_result::failed : result;
}

std::string file_sha256(writable_folder const& project, std::string const& path)
{
    entry_status found;
    auto const failure = project.status(path, found);
    if (!failure && found.kind == entry_kind::absent)
        return {};
    std::string bytes;
    if (failure || found.kind != entry_kind::file || project.read(path, max_file_bytes, bytes))
        return "unreadable";
    return mcp::sha256_hex(bytes);
}

}  // namespace agent
