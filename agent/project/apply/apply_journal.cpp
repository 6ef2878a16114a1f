#include "agent/project/apply/apply_journal.hpp"

#include "agent/project/owned_fd.hpp"
#include "agent/project/project_root.hpp"
#include "protocol/json_text.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>

namespace agent {

namespace json = boost::json;

namespace {

constexpr char journal_name[] = "journal.json";
constexpr std::size_t largest_journal = 4 << 20;
constexpr std::size_t largest_old = max_file_bytes;
constexpr std::array<char const*, 4> states{"applying", "applied", "undoing", "undone"};

file_error damaged()
{
    return {
        file_errc::failed,
        "The journal of these changes cannot be read; compare the files with your version control "
        "and remove the backup."};
}

file_error cannot(char const* what, boost::system::error_code const& failure)
{
    return {
        file_errc::failed,
        std::string("The backup of these changes cannot be ") + what + " (" + failure.message() +
            "): see that the state directory can be written and has room."};
}

std::string text_of(json::object const& object, std::string_view key)
{
    auto const* value = object.if_contains(key);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

json::array const* array_of(json::object const& object, std::string_view key)
{
    auto const* value = object.if_contains(key);
    return value != nullptr ? value->if_array() : nullptr;
}

// A name from the journal is judged as one from a peer is.
bool is_name(std::string const& path)
{
    auto const same = normalize(path);
    return !path.empty() && same && *same == path && denied(path, access::write).empty();
}

std::optional<apply_plan> parse_plan(std::string const& text)
{
    json::error_code failure;
    auto const value = json::parse(text, failure);
    auto const* object = failure ? nullptr : value.if_object();
    auto const* entries = object != nullptr ? array_of(*object, "entries") : nullptr;
    auto const* folders = object != nullptr ? array_of(*object, "folders") : nullptr;
    if (entries == nullptr || folders == nullptr)
        return std::nullopt;
    apply_plan plan;
    plan.project = text_of(*object, "project");
    plan.id = text_of(*object, "id");
    bool known = false;
    for (std::size_t i = 0; i < states.size(); ++i)
        if (text_of(*object, "state") == states[i]) {
            plan.state = static_cast<apply_state>(i);
            known = true;
        }
    if (!known || plan.id.find_first_not_of("0123456789abcdef") != std::string::npos)
        return std::nullopt;
    for (auto const& item : *entries) {
        auto const* one = item.if_object();
        if (one == nullptr)
            return std::nullopt;
        apply_entry entry;
        entry.path = text_of(*one, "path");
        entry.old_sha256 = text_of(*one, "old");
        entry.new_sha256 = text_of(*one, "new");
        auto const* mode = one->if_contains("mode");
        if (!is_name(entry.path) || mode == nullptr || !mode->is_int64())
            return std::nullopt;
        entry.mode = static_cast<unsigned>(mode->get_int64()) & 0777U;
        plan.entries.push_back(std::move(entry));
    }
    for (auto const& item : *folders) {
        auto const* name = item.if_string();
        if (name == nullptr || !is_name(std::string(*name)))
            return std::nullopt;
        plan.folders.emplace_back(*name);
    }
    return plan;
}

std::string plan_text(apply_plan const& plan)
{
    json::array entries;
    for (auto const& entry : plan.entries) {
        json::object one;
        one["path"] = entry.path;
        one["old"] = entry.old_sha256;
        one["new"] = entry.new_sha256;
        one["mode"] = entry.mode;
        entries.push_back(std::move(one));
    }
    json::array folders;
    for (auto const& folder : plan.folders)
        folders.emplace_back(folder);
    json::object object;
    object["project"] = plan.project;
    object["id"] = plan.id;
    object["state"] = states.at(static_cast<std::size_t>(plan.state));
    object["entries"] = std::move(entries);
    object["folders"] = std::move(folders);
    return mcp::json_text(object) + "\n";
}

}  // namespace

std::string apply_entry::temporary(std::string const& id, std::size_t index) const
{
    auto const folder = folder_of(path);
    return folder + (folder.empty() ? "" : "/") + ".nbe-" + id + "-" + std::to_string(index);
}

apply_journal::apply_journal(writable_folder folder, std::shared_ptr<owned_fd const> lock)
    : folder_(std::move(folder)), lock_(std::move(lock))
{
}

file_result<apply_journal> apply_journal::open(std::string const& folder, bool make)
{
    std::error_code ec;
    std::filesystem::path const path(folder);
    if (make) {
        std::filesystem::create_directories(path.parent_path(), ec);
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
            return cannot("made", {errno, boost::system::system_category()});
    }
    auto opened = writable_folder::open(folder);
    if (!opened)
        return opened.error();
    int const fd = ::open(opened->descriptor_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cannot("opened", {errno, boost::system::system_category()});
    auto lock = std::make_shared<owned_fd const>(fd);
    // File systems without locks have no other processes to be kept out, as a rule.
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return file_error(
            file_errc::limit, "These changes are being applied or undone right now; wait for it.");
    return apply_journal(std::move(*opened), std::move(lock));
}

bool apply_journal::has_plan() const
{
    entry_status found;
    return !folder_.status(journal_name, found) && found.kind == entry_kind::file;
}

file_result<apply_plan> apply_journal::plan() const
{
    std::string text;
    if (folder_.read(journal_name, largest_journal, text))
        return damaged();
    auto plan = parse_plan(text);
    if (!plan)
        return damaged();
    return std::move(*plan);
}

file_result<void> apply_journal::keep_old(std::size_t index, std::string_view bytes)
{
    auto const name = std::to_string(index);
    auto failure = folder_.remove_tree(name);
    if (!failure)
        failure = folder_.create(name, bytes, 0600, true);
    if (failure)
        return cannot("written", failure);
    return {};
}

file_result<void> apply_journal::write(apply_plan const& plan)
{
    std::string const part = std::string(journal_name) + ".part";
    if (auto const failure = folder_.remove_tree(part))
        return cannot("written", failure);
    auto failure = folder_.create(part, plan_text(plan), 0600, true);
    if (!failure)
        failure = folder_.replace(part, journal_name);
    if (!failure)
        failure = folder_.sync("");
    if (failure)
        return cannot("written", failure);
    return {};
}

file_result<std::string> apply_journal::old(std::size_t index) const
{
    std::string bytes;
    if (folder_.read(std::to_string(index), largest_old, bytes))
        return damaged();
    return bytes;
}

}  // namespace agent
