#include "tests/conformance/server/fixture_values.hpp"

#include "protocol/strict_json.hpp"

#include <stdexcept>

namespace fixture {

json::object parse_schema(std::string const& text)
{
    auto value = mcp::strict_json().parse(text);
    if (!value)
        throw std::logic_error(value.error().message);
    return value->as_object();
}

json::object object_schema(json::object properties, json::array required)
{
    json::object out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty())
        out.emplace("required", std::move(required));
    return out;
}

json::object schema_2020_12()
{
    return parse_schema(R"({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"}
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false
    })");
}

json::object form_with_defaults()
{
    return parse_schema(R"({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": true}
        }
    })");
}

json::object form_with_enums()
{
    return parse_schema(R"({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
            "titledSingle": {"type": "string", "oneOf": [
                {"const": "value1", "title": "First Option"},
                {"const": "value2", "title": "Second Option"},
                {"const": "value3", "title": "Third Option"}]},
            "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option One", "Option Two", "Option Three"]},
            "untitledMulti": {"type": "array",
                "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
            "titledMulti": {"type": "array", "items": {"anyOf": [
                {"const": "value1", "title": "First Choice"},
                {"const": "value2", "title": "Second Choice"},
                {"const": "value3", "title": "Third Choice"}]}}
        }
    })");
}

mcp::ContentBlock image()
{
    return mcp::ImageContent{png, "image/png", {}, {}};
}

mcp::ContentBlock audio()
{
    return mcp::AudioContent{wav, "audio/wav", {}, {}};
}

mcp::ContentBlock embedded(std::string uri, std::string mime, std::string text)
{
    mcp::EmbeddedResource out;
    out.resource.uri = std::move(uri);
    out.resource.mimeType = std::move(mime);
    out.resource.text = std::move(text);
    return out;
}

mcp::InputRequest ask_for(std::string const& message, std::string const& name, char const* type)
{
    json::object property{{"type", type}};
    json::object properties{{name, std::move(property)}};
    json::array required{json::value(name)};
    return mcp::elicit(message, object_schema(std::move(properties), std::move(required)));
}

mcp::InputRequest ask_model(std::string const& text, int max_tokens)
{
    json::object content{{"type", "text"}, {"text", text}};
    json::object message{{"role", "user"}, {"content", std::move(content)}};
    json::array messages;
    messages.emplace_back(std::move(message));
    return mcp::create_message({{"messages", std::move(messages)}, {"maxTokens", max_tokens}});
}

}  // namespace fixture
