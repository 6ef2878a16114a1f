#pragma once

// A schema as the compiler leaves it and the evaluation reads it: a node for each subschema. Names
// and values stay in the text that the document owns; nodes point into it.

#include "protocol/json_schema/schema.hpp"
#include "protocol/json_schema/strings/pattern.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace mcp::json_schema {

struct node;

// What one $id, or the document as a whole, is the name of.
struct resource {
    std::string uri;  // without a fragment
    json::value const* root = nullptr;
    std::map<std::string, node const*, std::less<>> anchors;
    std::map<std::string, node const*, std::less<>> dynamic_anchors;
};

// The names of `type`, as bits.
enum kinds : std::uint8_t {
    null_kind = 1,
    boolean_kind = 2,
    object_kind = 4,
    array_kind = 8,
    string_kind = 16,
    number_kind = 32,
    integer_kind = 64,
};

using named_node = std::pair<std::string_view, node const*>;

struct node {
    resource const* home = nullptr;
    std::optional<bool> always;  // the schemas `true` and `false`

    node const* ref = nullptr;
    node const* dynamic_ref = nullptr;
    std::string dynamic_name;  // what is looked for in the dynamic scope first

    std::uint8_t types = 0;  // none: any
    json::array const* choices = nullptr;
    json::value const* constant = nullptr;

    json::value const* multiple_of = nullptr;
    json::value const* minimum = nullptr;
    json::value const* maximum = nullptr;
    json::value const* exclusive_minimum = nullptr;
    json::value const* exclusive_maximum = nullptr;

    std::optional<std::uint64_t> min_length, max_length;
    std::optional<pattern> matches;
    std::string_view format;

    std::optional<std::uint64_t> min_items, max_items, min_contains, max_contains;
    bool unique_items = false;
    std::vector<node const*> prefix_items;
    node const* items = nullptr;
    node const* contains = nullptr;
    node const* unevaluated_items = nullptr;

    std::optional<std::uint64_t> min_properties, max_properties;
    std::vector<std::string_view> required;
    std::vector<std::pair<std::string_view, std::vector<std::string_view>>> dependent_required;
    std::vector<named_node> properties;
    json::object const* property_schemas = nullptr;  // the same, by name
    std::vector<std::pair<pattern, node const*>> pattern_properties;
    node const* additional_properties = nullptr;
    node const* property_names = nullptr;
    node const* unevaluated_properties = nullptr;

    std::vector<node const*> all_of, any_of, one_of;
    node const* not_ = nullptr;
    node const* if_ = nullptr;
    node const* then_ = nullptr;
    node const* else_ = nullptr;
    std::vector<named_node> dependent_schemas;
};

struct document {
    json::value text;
    options with;
    bool draft_07 = false;
    bool unevaluated = false;  // an unevaluated… occurs: what was evaluated must be kept track of
    node const* root = nullptr;
    std::deque<node> nodes;
    std::deque<resource> resources;
    std::unordered_map<json::value const*, node*> by_place;
};

}  // namespace mcp::json_schema
