#include "agent/tools/file_tool.hpp"
#include "agent/tools/project_tools.hpp"
#include "protocol/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agent {

namespace {

constexpr std::int64_t default_entries = 400;
constexpr std::int64_t most_entries = 2000;

std::string line_of(directory_entry const& entry)
{
    auto const name = mcp::sanitize_line(entry.path, 1100);
    if (entry.directory)
        return name + "/\n";
    if (entry.link)
        return name + " (link)\n";
    return fmt::format("{} ({} bytes)\n", name, entry.size);
}

tool_answer list(staged_edits& edits, boost::json::object const& input)
{
    auto const glob = string_of(input, "glob");
    walk_options options;
    options.start = string_of(input, "path");
    options.ignored_too = boolean_of(input, "include_ignored");
    auto const found = edits.walk(options);
    if (!found)
        return failed(found.error().message);
    auto const offset = std::max<std::int64_t>(integer_of(input, "offset").value_or(0), 0);
    auto const limit = std::clamp<std::int64_t>(
        integer_of(input, "limit").value_or(default_entries), 1, most_entries);
    tool_answer answer;
    std::int64_t matching = 0;
    for (auto const& entry : found->entries) {
        if (!glob.empty() && (entry.directory || !matches_glob(glob, entry.path)))
            continue;
        if (matching >= offset && matching < offset + limit)
            answer.text += line_of(entry);
        ++matching;
    }
    if (matching > offset + limit)
        answer.text += fmt::format(
            "… {} more; continue with offset={}, or narrow with path or glob …\n",
            matching - offset - limit,
            offset + limit);
    if (!found->complete)
        answer.text +=
            "… the project is larger than one listing (10,000 entries); list a folder …\n";
    if (answer.text.empty())
        answer.text = matching == 0 ? "(nothing matches)\n" : "(offset is behind the end)\n";
    return answer;
}

}  // namespace

std::unique_ptr<tool> make_list_files(staged_edits& edits, boost::asio::any_io_executor pool)
{
    static file_tool_kind const kind(
        "list_files",
        "Lists files and folders of the project, with sizes. Call this when you need to know what "
        "is "
        "where, before you decide on a path for a new file. Leaves out node_modules, .git, build "
        "output and what .gitignore names.",
        {{"path", field_type::string, false, "Folder to list; the whole project if absent."},
         {"glob",
          field_type::string,
          false,
          "Only files that match, such as **/route.ts or *.{ts,tsx}."},
         {"include_ignored",
          field_type::boolean,
          false,
          "Also node_modules and other ignored folders; give a path with it."},
         {"offset", field_type::integer, false, "Entries to skip, to continue a long listing."},
         {"limit", field_type::integer, false, "Most entries: 400 if absent, at most 2000."}},
        true,
        &list);
    return make_file_tool(kind, edits, std::move(pool));
}

}  // namespace agent
