#include "protocol/wire/gating.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace mcp {
namespace {

namespace json = boost::json;
using enum protocol_version;

struct field {
    std::string_view of;
    std::string_view name;
    protocol_version since;
};

constexpr field fields[] = {
    {"result", "resultType", v2026_07_28},
    {"result", "ttlMs", v2026_07_28},
    {"result", "cacheScope", v2026_07_28},
    {"result", "inputRequests", v2026_07_28},
    {"result", "requestState", v2026_07_28},
    {"tools/call", "structuredContent", v2025_06_18},
    {"capabilities", "completions", v2025_03_26},
    {"capabilities", "extensions", v2026_07_28},
    {"implementation", "title", v2025_06_18},
    {"implementation", "description", v2025_11_25},
    {"implementation", "websiteUrl", v2025_11_25},
    {"implementation", "icons", v2025_11_25},
    {"tool", "annotations", v2025_03_26},
    {"tool", "title", v2025_06_18},
    {"tool", "outputSchema", v2025_06_18},
    {"tool", "icons", v2025_11_25},
    {"tool", "_meta", v2025_06_18},
    {"prompt", "title", v2025_06_18},
    {"prompt", "icons", v2025_11_25},
    {"prompt", "_meta", v2025_06_18},
    {"resource", "title", v2025_06_18},
    {"resource", "icons", v2025_11_25},
    {"resource", "_meta", v2025_06_18},
    {"prompt argument", "title", v2025_06_18},
    {"content", "_meta", v2025_06_18},
    {"contents", "_meta", v2025_06_18},
    {"annotations", "lastModified", v2025_06_18},
    {"notifications/progress", "message", v2025_03_26},
};

// A block of a type that the client does not know is told in words.
struct content_type {
    std::string_view name;
    protocol_version since;
};

constexpr content_type content_types[] = {
    {"audio", v2025_03_26},
    {"resource_link", v2025_06_18},
};

void gate(std::string_view of, protocol_version version, json::object& o)
{
    for (auto const& f : fields)
        if (f.of == of && version < f.since)
            if (auto const found = o.find(f.name); found != o.end())
                o.stable_erase(found);
}

// Calls `f` with the object that is a member of `o`, or with each object of the array that is.
template <class F>
void each(json::object& o, std::string_view name, F f)
{
    auto* value = o.if_contains(name);
    if (!value)
        return;
    if (auto* one = value->if_object())
        f(*one);
    else if (auto* many = value->if_array())
        for (auto& element : *many)
            if (auto* object = element.if_object())
                f(*object);
}

std::string_view text_of(json::object const& o, std::string_view name)
{
    auto const* value = o.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : "";
}

std::string in_words(json::object const& block)
{
    auto const type = text_of(block, "type");
    if (type == "resource_link")
        return std::string(text_of(block, "name")) + ": " + std::string(text_of(block, "uri"));
    return "[" + std::string(type) + " that this version of the protocol cannot carry]";
}

void gate_content(protocol_version version, json::object& block)
{
    for (auto const& type : content_types)
        if (version < type.since && text_of(block, "type") == type.name)
            block = json::object{{"type", "text"}, {"text", in_words(block)}};
    gate("content", version, block);
    each(block, "annotations", [=](auto& o) { gate("annotations", version, o); });
    each(block, "resource", [=](auto& o) { gate("contents", version, o); });
}

// Before 2026-07-28 an outputSchema has the root type "object", and so has what it describes.
void gate_output(json::object& o, std::string_view name, bool is_object)
{
    if (auto const found = o.find(name); found != o.end() && !is_object)
        o.stable_erase(found);
}

void gate_tool(protocol_version version, json::object& tool)
{
    gate("tool", version, tool);
    auto const* schema = tool.if_contains("outputSchema");
    gate_output(
        tool,
        "outputSchema",
        schema && schema->is_object() && text_of(schema->get_object(), "type") == "object");
}

}  // namespace

void gate_result(std::string_view method, protocol_version version, json::object& result)
{
    gate("result", version, result);
    gate(method, version, result);
    if (method == "tools/call") {
        auto const* structured = result.if_contains("structuredContent");
        gate_output(result, "structuredContent", structured && structured->is_object());
        each(result, "content", [=](auto& o) { gate_content(version, o); });
    } else if (method == "tools/list") {
        each(result, "tools", [=](auto& o) { gate_tool(version, o); });
    } else if (method == "prompts/list") {
        each(result, "prompts", [=](auto& prompt) {
            gate("prompt", version, prompt);
            each(prompt, "arguments", [=](auto& o) { gate("prompt argument", version, o); });
        });
    } else if (method == "prompts/get") {
        each(result, "messages", [=](auto& message) {
            each(message, "content", [=](auto& o) { gate_content(version, o); });
        });
    } else if (method == "resources/list" || method == "resources/templates/list") {
        auto const member = method == "resources/list" ? "resources" : "resourceTemplates";
        each(result, member, [=](auto& resource) {
            gate("resource", version, resource);
            each(resource, "annotations", [=](auto& o) { gate("annotations", version, o); });
        });
    } else if (method == "resources/read") {
        each(result, "contents", [=](auto& o) { gate("contents", version, o); });
    } else if (method == "initialize") {
        each(result, "serverInfo", [=](auto& o) { gate("implementation", version, o); });
        each(result, "capabilities", [=](auto& o) { gate("capabilities", version, o); });
    }
}

void gate_notification(std::string_view method, protocol_version version, json::object& params)
{
    gate(method, version, params);
}

}  // namespace mcp
