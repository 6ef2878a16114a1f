#include "agent/downstream/tool_memory.hpp"

#include "protocol/text.hpp"

#include <boost/json/array.hpp>

namespace agent {

namespace json = boost::json;

namespace {

constexpr std::size_t most_remembered = 2000;

json::object const* object_at(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

std::string_view text_at(json::object const& object, std::string_view name)
{
    auto const* value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool says_repeatable(json::object const& tool)
{
    auto const* annotations = object_at(tool, "annotations");
    if (!annotations)
        return false;
    for (auto const* hint : {"readOnlyHint", "idempotentHint"})
        if (auto const* value = annotations->if_contains(hint); value && *value == true)
            return true;
    return false;
}

}  // namespace

std::vector<std::string> tool_memory::learn(json::value& listed, bool mirrored)
{
    std::vector<std::string> dropped;
    auto* result = listed.if_object();
    auto* value = result ? result->if_contains("tools") : nullptr;
    auto* array = value ? value->if_array() : nullptr;
    if (!array)
        return dropped;
    json::array kept;
    for (auto& entry : *array) {
        auto const* definition = entry.if_object();
        auto const* schema = definition ? object_at(*definition, "inputSchema") : nullptr;
        if (schema) {
            auto const name = text_at(*definition, "name");
            tool known;
            known.repeatable = says_repeatable(*definition);
            auto parameters = mcp::header_parameters(*schema);
            if (mirrored && parameters.has_value())
                known.parameters = std::move(*parameters);
            else if (mirrored) {
                if (auto const before = tools_.find(name); before != tools_.end())
                    tools_.erase(before);
                dropped.push_back(
                    "its tool " + mcp::sanitize_line(name, 128) +
                    " is left out: " + mcp::sanitize_line(parameters.error().reason, 300));
                continue;
            }
            if (tools_.size() < most_remembered || tools_.contains(name))
                tools_.insert_or_assign(std::string(name), std::move(known));
        }
        kept.push_back(std::move(entry));
    }
    *array = std::move(kept);
    return dropped;
}

tool_memory::tool const* tool_memory::find(json::object const& call) const
{
    auto const found = tools_.find(text_at(call, "name"));
    return found == tools_.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string, std::string>>
tool_memory::headers(json::object const& call) const
{
    auto const* known = find(call);
    auto const* arguments = object_at(call, "arguments");
    if (!known || !arguments)
        return {};
    return mcp::parameter_headers(known->parameters, *arguments);
}

bool tool_memory::repeatable(json::object const& call) const
{
    auto const* known = find(call);
    return known && known->repeatable;
}

}  // namespace agent
