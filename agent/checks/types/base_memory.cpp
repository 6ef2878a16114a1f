#include "agent/checks/types/base_memory.hpp"

#include "agent/project/apply/writable_folder.hpp"
#include "protocol/json_text.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

namespace agent {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t most_remembered = 64;
constexpr std::size_t most_bytes = 8U << 20U;

json::object written(diagnostic const& d)
{
    json::object out;
    out["file"] = d.file;
    out["line"] = d.line;
    out["column"] = d.column;
    out["code"] = d.code;
    out["message"] = d.message;
    out["source"] = d.source_line;
    return out;
}

std::string text_of(json::object const& object, char const* name)
{
    auto const* value = object.if_contains(name);
    auto const* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
}

std::size_t number_of(json::object const& object, char const* name)
{
    auto const* value = object.if_contains(name);
    auto const* number = value != nullptr ? value->if_int64() : nullptr;
    return number != nullptr && *number > 0 ? static_cast<std::size_t>(*number) : 0;
}

std::optional<std::vector<diagnostic>> parse(std::string const& text)
{
    json::error_code failure;
    auto const value = json::parse(text, failure);
    auto const* list = failure ? nullptr : value.if_array();
    if (list == nullptr)
        return std::nullopt;
    std::vector<diagnostic> out;
    for (auto const& item : *list) {
        auto const* one = item.if_object();
        if (one == nullptr)
            return std::nullopt;
        diagnostic d;
        d.file = text_of(*one, "file");
        d.line = number_of(*one, "line");
        d.column = number_of(*one, "column");
        d.code = text_of(*one, "code");
        d.message = text_of(*one, "message");
        d.source_line = text_of(*one, "source");
        out.push_back(std::move(d));
    }
    return out;
}

void remove_oldest(fs::path const& folder)
{
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    std::error_code ec;
    for (fs::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
        std::error_code gone;
        files.emplace_back(fs::last_write_time(at->path(), gone), at->path());
    }
    std::sort(files.rbegin(), files.rend());
    for (std::size_t i = most_remembered; i < files.size(); ++i)
        fs::remove(files[i].second, ec);
}

}  // namespace

std::optional<std::vector<diagnostic>>
base_memory::find(std::string const& key, std::chrono::seconds age) const
{
    if (folder_.empty())
        return std::nullopt;
    auto const name = key + ".json";
    std::error_code ec;
    auto const time = fs::last_write_time(fs::path(folder_) / name, ec);
    if (ec || fs::file_time_type::clock::now() - time > age)
        return std::nullopt;
    auto const folder = writable_folder::open(folder_);
    std::string text;
    if (!folder || folder->read(name, most_bytes, text))
        return std::nullopt;
    return parse(text);
}

void base_memory::keep(std::string const& key, std::vector<diagnostic> const& errors) const
{
    if (folder_.empty())
        return;
    json::array list;
    for (auto const& one : errors)
        list.push_back(written(one));
    auto const text = mcp::json_text(list);
    std::error_code ec;
    fs::create_directories(folder_, ec);
    auto folder = writable_folder::open(folder_);
    if (!folder || text.size() > most_bytes)
        return;
    auto const part = fmt::format("{}.{:08x}.part", key, std::random_device()());
    if (!folder->create(part, text, 0600, false) && folder->replace(part, key + ".json"))
        static_cast<void>(folder->remove(part));
    remove_oldest(folder_);
}

}  // namespace agent
