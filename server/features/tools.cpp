#include "server/features/tools.hpp"

#include "protocol/errors.hpp"

#include <algorithm>

namespace server {
namespace {

// server/tools, Tool Names.
bool is_name(std::string_view name)
{
    return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    });
}

}  // namespace

void tools::add(mcp::Tool what, handler run, options how)
{
    auto const refuse = [&](std::string const& why) {
        throw std::logic_error("tool " + what.name + ": " + why);
    };
    if (!is_name(what.name))
        refuse("not a name for a tool");
    if (find(what.name))
        refuse("there is one of this name");

    tool added;
    auto const schema = mcp::json_schema::compile(what.inputSchema);
    if (!schema)
        refuse("inputSchema: " + schema.error().reason);
    if (how.validate)
        added.accepts = *schema;
    auto mirrored = mcp::header_parameters(what.inputSchema);
    if (!mirrored)
        refuse("x-mcp-header: " + mirrored.error().reason);
    added.mirrored = std::move(*mirrored);
    added.listed = how.listed;
    if (how.listed)
        listed_.push_back(mcp::encode(what));
    added.what = std::move(what);
    added.run = std::move(run);
    tools_.push_back(std::make_shared<tool const>(std::move(added)));
}

void tools::remove(std::string_view name)
{
    std::erase_if(tools_, [&](auto const& t) { return t->what.name == name; });
    listed_.clear();
    for (auto const& t : tools_)
        if (t->listed)
            listed_.push_back(mcp::encode(t->what));
}

tools::tool const* tools::find(std::string_view name) const
{
    for (auto const& t : tools_)
        if (t->what.name == name)
            return t.get();
    return nullptr;
}

std::shared_ptr<tools::tool const> tools::at(std::string_view name) const
{
    std::vector<std::string_view> known;
    for (auto const& t : tools_) {
        if (t->what.name == name)
            return t;
        if (t->listed)
            known.emplace_back(t->what.name);
    }
    throw mcp::invalid_params(mcp::unknown_name("tool", name, known));
}

}  // namespace server
