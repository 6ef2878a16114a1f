// Which arguments the schema of a tool mirrors, and the rules for that.

#include "protocol/ascii.hpp"
#include "protocol/names.hpp"
#include "protocol/wire/header_parameters.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <type_traits>

namespace mcp {
namespace {

constexpr std::string_view annotation = "x-mcp-header";
constexpr std::size_t most_parameters = 64;
constexpr std::size_t longest_name = 128;

// Where a schema has schemas in it, other than `properties`: an annotation there may or may not
// apply to an argument, which nobody between client and server can know.
constexpr std::array<std::string_view, 13> schema_keywords{
    "items",
    "contains",
    "additionalItems",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
    "prefixItems"};
constexpr std::array<std::string_view, 3> list_keywords{"allOf", "anyOf", "oneOf"};
constexpr std::array<std::string_view, 5> map_keywords{
    "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"};

bool is_token(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

class annotations {
public:
    std::vector<header_parameter> found;
    std::string fault;

    void visit(json::value const& value, bool reachable)
    {
        auto const* schema = value.if_object();
        if (!schema || !fault.empty())
            return;
        if (auto const* name = schema->if_contains(annotation))
            add(*name, *schema, reachable);
        if (auto const* properties = member<json::object>(*schema, "properties")) {
            for (auto const& property : *properties) {
                path_.emplace_back(property.key());
                visit(property.value(), reachable);
                path_.pop_back();
            }
        }
        elsewhere(*schema);
    }

private:
    std::string dotted() const
    {
        std::string out;
        for (auto const& name : path_)
            out.append(out.empty() ? "" : ".").append(name);
        return out;
    }

    template <class T>
    static T const* member(json::object const& of, std::string_view name)
    {
        auto const* value = of.if_contains(name);
        if constexpr (std::is_same_v<T, json::object>)
            return value ? value->if_object() : nullptr;
        else
            return value ? value->if_array() : nullptr;
    }

    void elsewhere(json::object const& schema)
    {
        for (auto const keyword : schema_keywords) {
            if (auto const* value = schema.if_contains(keyword)) {
                visit(*value, false);
                list(*value);  // `items` before 2020-12, `prefixItems`
            }
        }
        for (auto const keyword : list_keywords)
            if (auto const* value = schema.if_contains(keyword))
                list(*value);
        for (auto const keyword : map_keywords)
            if (auto const* map = member<json::object>(schema, keyword))
                for (auto const& entry : *map)
                    visit(entry.value(), false);
    }

    void list(json::value const& value)
    {
        if (auto const* schemas = value.if_array())
            for (auto const& schema : *schemas)
                visit(schema, false);
    }

    void fail(std::string const& why) { fault = "x-mcp-header of " + quoted(dotted()) + ' ' + why; }

    void add(json::value const& value, json::object const& schema, bool reachable)
    {
        if (!reachable || path_.empty())
            return fail("must be on a property that is reached through `properties` alone");
        auto const* name = value.if_string();
        if (!name || !is_token(*name) || name->size() > longest_name)
            return fail("must be a header name: 1 to 128 letters, digits and !#$%&'*+-.^_`|~");
        auto const* declared = schema.if_contains("type");
        auto const* type = declared ? declared->if_string() : nullptr;
        header_parameter parameter{path_, std::string(*name), header_parameter::kind::string};
        if (type && *type == "integer")
            parameter.type = header_parameter::kind::integer;
        else if (type && *type == "boolean")
            parameter.type = header_parameter::kind::boolean;
        else if (!type || *type != "string")
            return fail("must be on a property whose type is string, integer or boolean");
        if (!names_.insert(mcp::lower(parameter.name)).second)
            return fail("repeats a name: " + quoted(parameter.name));
        if (found.size() == most_parameters)
            return fail("is one too many: a tool may have " + std::to_string(most_parameters));
        found.push_back(std::move(parameter));
    }

    std::vector<std::string> path_;
    std::set<std::string> names_;
};

}  // namespace

boost::system::result<std::vector<header_parameter>, invalid_annotation>
header_parameters(json::object const& input_schema)
{
    annotations walk;
    walk.visit(input_schema, true);
    if (!walk.fault.empty())
        return invalid_annotation(walk.fault);
    return std::move(walk.found);
}

}  // namespace mcp
