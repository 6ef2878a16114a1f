#pragma once

// JSON Schema 2020-12, compiled once and asked often: the arguments of tools whose schema is
// written by hand, what a form of an elicitation was answered with, structured content. Every
// assertion and applicator of the dialect; references within the document alone, because nothing
// that a peer names is ever fetched (server/tools; SEP-2106). draft-07, which older schema
// generators write, is read as well; another dialect is refused. Pure, and bounded: in nesting, in
// subschemas, in steps and in what a pattern may cost.
//
//     auto schema = json_schema::compile(tool.inputSchema);
//     for (auto const& error : schema->errors(arguments, "arguments"))
//         …  // "arguments.customer.street: expected a string, got a number"

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp::json_schema {

namespace json = boost::json;

struct limits {
    std::size_t depth = 64;              // of subschemas within one another
    std::size_t subschemas = 2'000;      // in the document
    std::size_t steps = 100'000;         // of one validation: subschemas applied, members looked at
    std::size_t characters = 1'000'000;  // that patterns may look at in one validation
    std::size_t errors = 5;              // told of one value
};

struct options {
    // `format` is a mere annotation in 2020-12. Elicitation asserts email, uri, date, date-time.
    bool assert_formats = false;
    json_schema::limits limits = json_schema::limits();
};

// Why a schema cannot be used: "at #/properties/a: minLength must be …".
struct invalid_schema {
    invalid_schema() = default;
    explicit invalid_schema(std::string why) : reason(std::move(why)) {}
    std::string reason;
};

struct document;  // protocol/json_schema/document.hpp

// Cheap to copy: copies share what was compiled.
class schema {
public:
    explicit schema(std::shared_ptr<document const> compiled) : compiled_(std::move(compiled)) {}

    // What is wrong with `instance`, the first few things: each with its place, which starts with
    // `name`. Holds names of members, never values. Empty: it is valid. A validation that would
    // take too long is an error too.
    std::vector<std::string> errors(json::value const& instance, std::string_view name) const;

private:
    std::shared_ptr<document const> compiled_;
};

// An object or a boolean.
boost::system::result<schema, invalid_schema>
compile(json::value text, options const& with = options());

}  // namespace mcp::json_schema
