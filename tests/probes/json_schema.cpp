// Validates what the lines of stdin say, and prints an answer a line.
//
//   > {"schema": {"type": "string"}, "instances": ["a", 1], "formats": false}
//   < {"errors": [[], ["value: expected a string, got a number"]]}  or  {"fault": "at #: …"}

#include "protocol/json_schema/schema.hpp"
#include "protocol/json_text.hpp"
#include "protocol/strict_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <iostream>
#include <string>

namespace json = boost::json;

namespace {

json::object answer(json::object const& line)
{
    mcp::json_schema::options with;
    with.assert_formats = line.contains("formats") && line.at("formats").as_bool();
    auto const schema = mcp::json_schema::compile(line.at("schema"), with);
    json::object out;
    if (schema.has_error()) {
        out.emplace("fault", schema.error().reason);
        return out;
    }
    json::array all;
    for (auto const& instance : line.at("instances").as_array()) {
        json::array errors;
        for (auto const& error : schema->errors(instance, "value"))
            errors.emplace_back(error);
        all.push_back(std::move(errors));
    }
    out.emplace("errors", std::move(all));
    return out;
}

}  // namespace

int main()
{
    mcp::json_limits limits;
    limits.unique_depth = 0;
    mcp::strict_json parser(limits);
    for (std::string line; std::getline(std::cin, line);) {
        auto const value = parser.parse(line);
        if (value.has_error())
            return 1;
        std::cout << mcp::json_text(answer(value->as_object())) << '\n';
    }
}
