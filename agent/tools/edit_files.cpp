#include "agent/tools/file_tool.hpp"
#include "agent/tools/project_tools.hpp"

#include <fmt/format.h>

namespace agent {

namespace {

tool_answer write(staged_edits& edits, boost::json::object const& input)
{
    auto text = string_of(input, "content");
    auto const size = text.size();
    auto const done = edits.write(string_of(input, "path"), std::move(text));
    if (!done)
        return failed(done.error().message);
    return {
        fmt::format(
            "Staged: {} {} ({} bytes).\n",
            *done == change_kind::created ? "created" : "replaced",
            *normalize(string_of(input, "path")),
            size),
        false};
}

tool_answer edit(staged_edits& edits, boost::json::object const& input)
{
    auto const done = edits.edit(
        string_of(input, "path"),
        string_of(input, "old_string"),
        string_of(input, "new_string"),
        boolean_of(input, "replace_all"));
    if (!done)
        return failed(done.error().message);
    return {
        fmt::format(
            "Staged: {} edited, {} place{}, the first in line {}.\n",
            *normalize(string_of(input, "path")),
            done->replaced,
            done->replaced == 1 ? "" : "s",
            done->line),
        false};
}

tool_answer erase(staged_edits& edits, boost::json::object const& input)
{
    auto const done = edits.remove(string_of(input, "path"));
    if (!done)
        return failed(done.error().message);
    return {fmt::format("Staged: {} deleted.\n", *normalize(string_of(input, "path"))), false};
}

constexpr std::string_view path_help = "Relative to the project, such as lib/db.ts.";

}  // namespace

std::unique_ptr<tool> make_write_file(staged_edits& edits, boost::asio::any_io_executor pool)
{
    static file_tool_kind const kind(
        "write_file",
        "Stages a whole file: makes it, or replaces all of it. Call this for new files and for "
        "short "
        "ones that change throughout; use edit_file for anything smaller. Give the complete, final "
        "content: no placeholders. Folders are made as needed.",
        {{"path", field_type::string, true, path_help},
         {"content", field_type::string, true, "The whole content of the file."}},
        false,
        &write);
    return make_file_tool(kind, edits, std::move(pool));
}

std::unique_ptr<tool> make_edit_file(staged_edits& edits, boost::asio::any_io_executor pool)
{
    static file_tool_kind const kind(
        "edit_file",
        "Stages a change inside a file: replaces old_string by new_string. Call this to change "
        "part "
        "of a file that you have read. old_string must be copied exactly, without line numbers, "
        "and "
        "occur once; add lines around it until it does.",
        {{"path", field_type::string, true, path_help},
         {"old_string", field_type::string, true, "The exact text to replace."},
         {"new_string", field_type::string, true, "What stands there afterwards; may be empty."},
         {"replace_all", field_type::boolean, false, "Replace every occurrence."}},
        false,
        &edit);
    return make_file_tool(kind, edits, std::move(pool));
}

std::unique_ptr<tool> make_delete_file(staged_edits& edits, boost::asio::any_io_executor pool)
{
    static file_tool_kind const kind(
        "delete_file",
        "Stages the deletion of a file. Call this when a file must go, for example middleware.ts "
        "after "
        "its content moved to proxy.ts; never to undo your own staging of an existing file.",
        {{"path", field_type::string, true, path_help}},
        false,
        &erase);
    return make_file_tool(kind, edits, std::move(pool));
}

std::vector<std::unique_ptr<tool>>
project_tools(staged_edits& edits, boost::asio::any_io_executor pool, bool may_edit)
{
    std::vector<std::unique_ptr<tool>> tools;
    tools.push_back(make_list_files(edits, pool));
    tools.push_back(make_read_file(edits, pool));
    tools.push_back(make_search_files(edits, pool));
    if (may_edit) {
        tools.push_back(make_write_file(edits, pool));
        tools.push_back(make_edit_file(edits, pool));
        tools.push_back(make_delete_file(edits, pool));
    }
    return tools;
}

}  // namespace agent
