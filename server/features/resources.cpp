#include "server/features/resources.hpp"

#include "protocol/errors.hpp"

#include <algorithm>
#include <stdexcept>

namespace server {

void resources::add(mcp::Resource what, reader read)
{
    if (std::ranges::find(resources_, what.uri, &resource::uri) != resources_.end())
        throw std::logic_error("two resources are called " + what.uri);
    resources_.push_back({what.uri, std::make_shared<reader const>(std::move(read))});
    listed_.push_back(mcp::encode(what));
}

void resources::add(mcp::ResourceTemplate what, reader read, completers complete)
{
    auto pattern = mcp::uri_template::parse(what.uriTemplate);
    if (!pattern)
        throw std::logic_error("resource template " + what.uriTemplate + ": " + pattern.error());
    auto const known = pattern->variables();
    for (auto const& [variable, f] : complete)
        if (std::ranges::find(known, variable) == known.end())
            throw std::logic_error(what.uriTemplate + " has no variable " + variable);
    has_completers_ = has_completers_ || !complete.empty();
    listed_templates_.push_back(mcp::encode(what));
    templates_.push_back(
        {std::move(what.uriTemplate),
         std::move(*pattern),
         std::make_shared<reader const>(std::move(read)),
         std::move(complete)});
}

void resources::remove(std::string_view uri)
{
    auto const found = std::ranges::find(resources_, uri, &resource::uri);
    if (found == resources_.end())
        return;
    listed_.erase(listed_.begin() + (found - resources_.begin()));
    resources_.erase(found);
}

resources::match resources::find(std::string const& uri) const
{
    if (auto const found = std::ranges::find(resources_, uri, &resource::uri);
        found != resources_.end())
        return {found->read, {}};
    for (auto const& t : templates_)
        if (auto variables = t.pattern.match(uri))
            return {t.read, std::move(*variables)};
    throw mcp::resource_not_found(uri);
}

completers const& resources::template_completers(std::string_view uri_template) const
{
    std::vector<std::string_view> known;
    for (auto const& t : templates_) {
        if (t.uri == uri_template)
            return t.complete;
        known.emplace_back(t.uri);
    }
    throw mcp::invalid_params(mcp::unknown_name("resource template", uri_template, known));
}

}  // namespace server
