#pragma once

// Arguments of a tool that are mirrored into HTTP headers, so that what stands between client and
// server can route by them: a property of the tool's inputSchema annotated `"x-mcp-header":
// "Region"` travels as `Mcp-Param-Region` (basic/transports/streamable-http, Request Metadata;
// SEP-2243). A client reads the annotations, drops a tool whose annotations are invalid, and sends
// the headers; a server refuses a call whose headers do not say what its body says (-32020). The
// values are encoded as that of `Mcp-Name` is. Pure.

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp {

namespace json = boost::json;

struct header_parameter {
    enum class kind { string, integer, boolean };

    std::vector<std::string> path;  // the names of the properties, from the root of the arguments
    std::string name;               // as annotated
    kind type = kind::string;

    std::string header() const { return "Mcp-Param-" + name; }
};

// Why a tool's definition is invalid, in one sentence without its end.
struct invalid_annotation {
    invalid_annotation() = default;
    explicit invalid_annotation(std::string why) : reason(std::move(why)) {}
    std::string reason;
};

// In the order of the schema. At most 64.
boost::system::result<std::vector<header_parameter>, invalid_annotation>
header_parameters(json::object const& input_schema);

// Plain, or `=?base64?…?=` where the text would not survive in a header or would be taken for that.
std::string encode_header_value(std::string_view text);

// Nothing for what no header may hold, for broken Base64 and for what is not UTF-8. White space
// around the value is not part of it. What only resembles the encoded form is taken literally.
std::optional<std::string> decode_header_value(std::string_view value);

// What a client sends with a call: names and encoded values. An argument that is absent, null or
// not of its declared type has no header.
std::vector<std::pair<std::string, std::string>>
parameter_headers(std::vector<header_parameter> const& parameters, json::object const& arguments);

// Every value received under a name, whatever its case.
using header_lookup = std::function<std::vector<std::string>(std::string_view name)>;

// What is wrong with the headers of a call, for header_mismatch() (protocol/errors.hpp), or
// nothing. Never holds the value of an argument.
std::optional<std::string> check_parameter_headers(
    std::vector<header_parameter> const& parameters,
    json::object const& arguments,
    header_lookup const& received);

}  // namespace mcp
