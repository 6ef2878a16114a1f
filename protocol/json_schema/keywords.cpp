// The readers of keywords.

#include "protocol/json_schema/compiler.hpp"
#include "protocol/json_schema/values.hpp"
#include "protocol/names.hpp"

#include <boost/json/array.hpp>

#include <array>

namespace mcp::json_schema {

void compiler::assertions(json::object const& text, node& n)
{
    if (auto const* value = text.if_contains("type"))
        types(*value, n);
    n.choices = array(text, "enum");
    n.constant = text.if_contains("const");
    number_assertions(text, n);
    strings(text, n);
    object_assertions(text, n);
    n.min_items = count(text, "minItems");
    n.max_items = count(text, "maxItems");
    if (auto const* unique = text.if_contains("uniqueItems")) {
        if (!unique->is_bool())
            fail("uniqueItems must be a boolean");
        n.unique_items = unique->get_bool();
    }
}

void compiler::types(json::value const& value, node& n)
{
    static constexpr std::array<std::pair<std::string_view, kinds>, 7> names{
        {{"null", null_kind},
         {"boolean", boolean_kind},
         {"object", object_kind},
         {"array", array_kind},
         {"string", string_kind},
         {"number", number_kind},
         {"integer", integer_kind}}};
    auto const add = [&](json::value const& name) {
        for (auto const& known : names) {
            if (name.is_string() && name.get_string() == known.first) {
                n.types |= known.second;
                return;
            }
        }
        fail("type must be of null, boolean, object, array, string, number, integer");
    };
    auto const* several = value.if_array();
    if (!several)
        return add(value);
    if (several->empty())
        fail("type must not be an empty array");
    for (auto const& name : *several)
        add(name);
}

void compiler::number_assertions(json::object const& text, node& n)
{
    n.minimum = number(text, "minimum");
    n.maximum = number(text, "maximum");
    n.exclusive_minimum = number(text, "exclusiveMinimum");
    n.exclusive_maximum = number(text, "exclusiveMaximum");
    n.multiple_of = number(text, "multipleOf");
    if (n.multiple_of && *as_number(*n.multiple_of) <= 0)
        fail("multipleOf must be more than 0");
}

void compiler::strings(json::object const& text, node& n)
{
    n.min_length = count(text, "minLength");
    n.max_length = count(text, "maxLength");
    if (auto const* source = string(text, "pattern")) {
        step const here(*this, "pattern");
        n.matches = expression(*source);
    }
    auto const* format = string(text, "format");
    if (format && out_.with.assert_formats)
        n.format = *format;
}

void compiler::object_assertions(json::object const& text, node& n)
{
    n.min_properties = count(text, "minProperties");
    n.max_properties = count(text, "maxProperties");
    if (auto const* required = text.if_contains("required")) {
        step const here(*this, "required");
        n.required = names(*required);
    }
    if (out_.draft_07)
        return;
    if (auto const* dependent = object(text, "dependentRequired")) {
        step const here(*this, "dependentRequired");
        for (auto const& member : *dependent)
            n.dependent_required.emplace_back(member.key(), names(member.value()));
    }
}

void compiler::logic(json::object const& text, node& n, resource* home)
{
    n.all_of = list(text, "allOf", home);
    n.any_of = list(text, "anyOf", home);
    n.one_of = list(text, "oneOf", home);
    n.not_ = child(text, "not", home);
    n.if_ = child(text, "if", home);
    n.then_ = child(text, "then", home);
    n.else_ = child(text, "else", home);
}

void compiler::arrays(json::object const& text, node& n, resource* home)
{
    n.contains = child(text, "contains", home);
    auto const* items = text.if_contains("items");
    if (out_.draft_07) {
        // What is prefixItems and items today.
        if (items && items->is_array()) {
            n.prefix_items = list(text, "items", home);
            n.items = child(text, "additionalItems", home);
        } else {
            n.items = child(text, "items", home);
        }
        return;
    }
    if (items && items->is_array())
        fail("items must be a schema; an array of schemas is prefixItems");
    n.items = child(text, "items", home);
    n.prefix_items = list(text, "prefixItems", home);
    n.min_contains = count(text, "minContains");
    n.max_contains = count(text, "maxContains");
    n.unevaluated_items = child(text, "unevaluatedItems", home);
    out_.unevaluated = out_.unevaluated || n.unevaluated_items;
}

void compiler::objects(json::object const& text, node& n, resource* home)
{
    n.property_schemas = object(text, "properties");
    n.properties = map(text, "properties", home);
    for (auto const& [source, schema] : map(text, "patternProperties", home)) {
        step const here(*this, "patternProperties");
        n.pattern_properties.emplace_back(expression(source), schema);
    }
    n.additional_properties = child(text, "additionalProperties", home);
    n.property_names = child(text, "propertyNames", home);
    dependencies(text, n, home);
    if (out_.draft_07)
        return;
    for (auto const& dependent : map(text, "dependentSchemas", home))
        n.dependent_schemas.push_back(dependent);
    n.unevaluated_properties = child(text, "unevaluatedProperties", home);
    out_.unevaluated = out_.unevaluated || n.unevaluated_properties;
}

// What are dependentRequired and dependentSchemas since 2019; still understood.
void compiler::dependencies(json::object const& text, node& n, resource* home)
{
    auto const* all = object(text, "dependencies");
    if (!all)
        return;
    step const here(*this, "dependencies");
    for (auto const& member : *all) {
        step const below(*this, member.key());
        if (member.value().is_array())
            n.dependent_required.emplace_back(member.key(), names(member.value()));
        else
            n.dependent_schemas.emplace_back(member.key(), read(member.value(), home));
    }
}

void compiler::definitions(json::object const& text, resource* home)
{
    map(text, "definitions", home);
    if (!out_.draft_07)
        map(text, "$defs", home);
}

json::value const* compiler::number(json::object const& text, std::string_view keyword)
{
    auto const* value = text.if_contains(keyword);
    if (value && !value->is_number())
        fail(std::string(keyword) + " must be a number");
    return value;
}

std::optional<std::uint64_t> compiler::count(json::object const& text, std::string_view keyword)
{
    auto const* value = number(text, keyword);
    if (!value)
        return std::nullopt;
    constexpr long double most = 9007199254740992.0L;  // 2^53: more than any text has of anything
    auto const n = *as_number(*value);
    if (n < 0 || !is_integer(*value))
        fail(std::string(keyword) + " must be an integer of at least 0");
    return static_cast<std::uint64_t>(n < most ? n : most);
}

json::object const* compiler::object(json::object const& text, std::string_view keyword)
{
    auto const* value = text.if_contains(keyword);
    if (value && !value->is_object())
        fail(std::string(keyword) + " must be an object");
    return value ? &value->get_object() : nullptr;
}

json::array const* compiler::array(json::object const& text, std::string_view keyword)
{
    auto const* value = text.if_contains(keyword);
    if (value && !value->is_array())
        fail(std::string(keyword) + " must be an array");
    return value ? &value->get_array() : nullptr;
}

json::string const* compiler::string(json::object const& text, std::string_view keyword)
{
    auto const* value = text.if_contains(keyword);
    if (value && !value->is_string())
        fail(std::string(keyword) + " must be a string");
    return value ? &value->get_string() : nullptr;
}

std::vector<std::string_view> compiler::names(json::value const& value)
{
    std::vector<std::string_view> out;
    auto const* array = value.if_array();
    if (!array)
        fail("must be an array of names");
    for (auto const& name : *array) {
        if (!name.is_string())
            fail("must be an array of names");
        out.emplace_back(name.get_string());
    }
    return out;
}

node const* compiler::child(json::object const& text, std::string_view keyword, resource* home)
{
    auto const* value = text.if_contains(keyword);
    if (!value)
        return nullptr;
    step const here(*this, keyword);
    return read(*value, home);
}

std::vector<node const*>
compiler::list(json::object const& text, std::string_view keyword, resource* home)
{
    std::vector<node const*> out;
    if (auto const* schemas = array(text, keyword)) {
        step const here(*this, keyword);
        for (auto const& schema : *schemas) {
            step const below(*this, out.size());
            out.push_back(read(schema, home));
        }
    }
    return out;
}

std::vector<named_node>
compiler::map(json::object const& text, std::string_view keyword, resource* home)
{
    std::vector<named_node> out;
    if (auto const* schemas = object(text, keyword)) {
        step const here(*this, keyword);
        for (auto const& schema : *schemas) {
            step const below(*this, schema.key());
            out.emplace_back(schema.key(), read(schema.value(), home));
        }
    }
    return out;
}

pattern compiler::expression(std::string_view source)
{
    auto compiled = pattern::compile(source);
    if (compiled.has_error())
        fail(quoted(source) + ' ' + compiled.error().reason);
    return *compiled;
}

}  // namespace mcp::json_schema
