#include "agent/docs/context7/tools.hpp"

#include "agent/docs/excerpt.hpp"
#include "protocol/text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <initializer_list>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t max_topic = 100;
constexpr int wanted_tokens = 5000;

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool searches(downstream_tool const& tool)
{
    return contains(tool.name, "librar") &&
           (contains(tool.name, "resolve") || contains(tool.name, "search"));
}

bool answers(downstream_tool const& tool)
{
    return contains(tool.name, "docs") &&
           (contains(tool.name, "query") || contains(tool.name, "get"));
}

template <class Predicate>
downstream_tool const* find(std::vector<downstream_tool> const& tools, Predicate which)
{
    auto const found = std::find_if(tools.begin(), tools.end(), which);
    return found == tools.end() ? nullptr : &*found;
}

// The first of `names` that the tool declares.
std::string declared(downstream_tool const& tool, std::initializer_list<std::string_view> names)
{
    auto const* value = tool.input_schema.if_contains("properties");
    auto const* properties = value ? value->if_object() : nullptr;
    for (auto const name : names)
        if (properties && properties->contains(name))
            return std::string(name);
    return {};
}

// The first argument that the tool demands and that we do not give.
std::string unmet(downstream_tool const& tool, std::initializer_list<std::string_view> given)
{
    auto const* value = tool.input_schema.if_contains("required");
    auto const* required = value ? value->if_array() : nullptr;
    if (!required)
        return {};
    for (auto const& name : *required)
        if (auto const* text = name.if_string();
            text && std::find(given.begin(), given.end(), std::string_view(*text)) == given.end())
            return std::string(*text);
    return {};
}

unknown_tools missing(std::string_view what)
{
    return unknown_tools(
        "it offers no tool to " + std::string(what) +
        "; is the configured command a Context7 server (@upstash/context7-mcp)?");
}

unknown_tools unmet_argument(downstream_tool const& tool, std::string const& argument)
{
    return unknown_tools(
        "its tool " + mcp::sanitize_line(tool.name, 60) + " demands the argument " +
        mcp::sanitize_line(argument, 60) +
        ", which this program does not know; configure @upstash/context7-mcp 4.1.1, which it does");
}

}  // namespace

boost::system::result<context7_tools, unknown_tools>
find_context7_tools(std::vector<downstream_tool> const& offered)
{
    auto const* search = find(offered, searches);
    auto const* docs = find(offered, answers);
    if (!search)
        return missing("find a library");
    if (!docs)
        return missing("query documentation");

    context7_tools tools;
    tools.search = search->name;
    tools.search_name = declared(*search, {"libraryName", "name"});
    tools.search_question = declared(*search, {"query"});
    if (tools.search_name.empty())
        return unmet_argument(*search, "(a library's name)");
    if (auto const argument = unmet(*search, {tools.search_name, tools.search_question});
        !argument.empty())
        return unmet_argument(*search, argument);

    tools.docs = docs->name;
    tools.docs_library = declared(*docs, {"libraryId", "context7CompatibleLibraryID", "libraryID"});
    tools.docs_question = declared(*docs, {"query", "topic"});
    tools.topic = tools.docs_question == "topic";
    tools.tokens = !declared(*docs, {"tokens"}).empty();
    if (tools.docs_library.empty())
        return unmet_argument(*docs, "(a library's id)");
    if (auto const argument = unmet(*docs, {tools.docs_library, tools.docs_question, "tokens"});
        !argument.empty())
        return unmet_argument(*docs, argument);
    return tools;
}

json::object
search_arguments(context7_tools const& tools, std::string_view library, std::string_view question)
{
    json::object arguments;
    arguments.emplace(tools.search_name, first_code_points(library, max_argument));
    if (!tools.search_question.empty())
        arguments.emplace(tools.search_question, first_code_points(question, max_argument));
    return arguments;
}

json::object
docs_arguments(context7_tools const& tools, std::string_view library_id, std::string_view question)
{
    json::object arguments;
    arguments.emplace(tools.docs_library, first_code_points(library_id, max_argument));
    if (!tools.docs_question.empty())
        arguments.emplace(
            tools.docs_question,
            first_code_points(question, tools.topic ? max_topic : max_argument));
    if (tools.tokens)
        arguments.emplace("tokens", wanted_tokens);
    return arguments;
}

}  // namespace agent
