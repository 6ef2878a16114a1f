#include "protocol/wire/header_parameters.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <map>

namespace header_parameters_test {

namespace json = boost::json;
using mcp::decode_header_value;
using mcp::encode_header_value;

namespace {

json::object object(std::string_view text)
{
    return json::parse(text).as_object();
}

std::string fault(std::string_view schema)
{
    auto const parsed = mcp::header_parameters(object(schema));
    return parsed.has_error() ? parsed.error().reason : "";
}

// A schema with one property `p`.
std::string of(std::string_view property)
{
    return R"({"type":"object","properties":{"p":)" + std::string(property) + "}}";
}

std::vector<mcp::header_parameter> const& parameters()
{
    static auto const out = *mcp::header_parameters(object(R"({
        "type": "object",
        "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "n": {"type": "integer", "x-mcp-header": "Count"},
            "deep": {"type": "object", "properties": {
                "on": {"type": "boolean", "x-mcp-header": "Switch"}}},
            "query": {"type": "string"}
        }
    })"));
    return out;
}

// "" if the headers say what the arguments say.
std::string checked(std::string_view arguments, std::multimap<std::string, std::string> headers)
{
    auto const received = [&](std::string_view name) {
        std::vector<std::string> out;
        auto const [first, last] = headers.equal_range(std::string(name));
        for (auto it = first; it != last; ++it)
            out.push_back(it->second);
        return out;
    };
    return mcp::check_parameter_headers(parameters(), object(arguments), received).value_or("");
}

}  // namespace

TEST_CASE("annotated properties are found at any depth, in order")
{
    auto const& p = parameters();
    REQUIRE(p.size() == 3);
    CHECK(p[0].header() == "Mcp-Param-Region");
    CHECK(p[0].path == std::vector<std::string>{"region"});
    CHECK(p[1].type == mcp::header_parameter::kind::integer);
    CHECK(p[2].path == std::vector<std::string>{"deep", "on"});
    CHECK(p[2].type == mcp::header_parameter::kind::boolean);
    CHECK(mcp::header_parameters(json::object()).has_value());
    // A property may be called like the keyword, and data is no schema.
    CHECK(fault(R"({"properties":{"x-mcp-header":{"type":"string"}}})") == "");
    CHECK(fault(R"({"properties":{"p":{"default":{"x-mcp-header":""}}}})") == "");
    CHECK(fault(R"({"properties":{"p":{"const":{"properties":{"a":{"x-mcp-header":1}}}}}})") == "");
}

TEST_CASE("an annotation that breaks a rule makes the tool's definition invalid, with the reason")
{
    for (char const* name :
         {R"("")",
          "1",
          "null",
          R"("a b")",
          R"("a:b")",
          R"("ä")",
          R"("a\n")",
          R"("a\u0001")",
          R"("a(")"}) {
        CAPTURE(name);
        CHECK(
            fault(of(R"({"type":"string","x-mcp-header":)" + std::string(name) + "}")) ==
            "x-mcp-header of \"p\" must be a header name: 1 to 128 letters, digits and "
            "!#$%&'*+-.^_`|~");
    }
    CHECK(fault(of(R"({"type":"string","x-mcp-header":")" + std::string(129, 'a') + "\"}")) != "");
    for (char const* type :
         {R"("number")", R"("object")", R"("array")", R"("null")", R"(["string"])", "1"}) {
        CAPTURE(type);
        CHECK(
            fault(of(R"({"x-mcp-header":"A","type":)" + std::string(type) + "}")) ==
            "x-mcp-header of \"p\" must be on a property whose type is string, integer or boolean");
    }
    CHECK(fault(of(R"({"x-mcp-header":"A"})")) != "");
    CHECK(
        fault(R"({"properties":{"a":{"type":"string","x-mcp-header":"Id"},
                               "b":{"type":"string","x-mcp-header":"iD"}}})") ==
        "x-mcp-header of \"b\" repeats a name: \"iD\"");
    std::string many;
    for (int i = 0; i < 65; ++i)
        many += (i ? ",\"p" : "\"p") + std::to_string(i) +
                R"(":{"type":"string","x-mcp-header":"H)" + std::to_string(i) + "\"}";
    CHECK(fault(R"({"properties":{)" + many + "}}") != "");
}

TEST_CASE("an annotation that is not reached through properties alone is refused")
{
    std::string const annotated = R"({"type":"string","x-mcp-header":"A"})";
    CHECK(fault(annotated) != "");
    for (char const* keyword :
         {"items",
          "contains",
          "additionalProperties",
          "unevaluatedItems",
          "unevaluatedProperties",
          "propertyNames",
          "not",
          "if",
          "then",
          "else"}) {
        CAPTURE(keyword);
        CHECK(fault('{' + ('"' + std::string(keyword) + "\":" + annotated) + '}') != "");
        CHECK(fault(of('{' + ('"' + std::string(keyword) + "\":" + of(annotated)) + '}')) != "");
    }
    for (char const* keyword : {"allOf", "anyOf", "oneOf", "prefixItems", "items"}) {
        CAPTURE(keyword);
        CHECK(fault('{' + ('"' + std::string(keyword) + "\":[true," + of(annotated)) + "]}") != "");
    }
    for (char const* keyword : {"patternProperties", "dependentSchemas", "$defs", "definitions"}) {
        CAPTURE(keyword);
        CHECK(fault('{' + ('"' + std::string(keyword) + "\":{\"k\":" + annotated) + "}}") != "");
    }
}

TEST_CASE("a header value is plain where it can be, and wrapped Base64 elsewhere")
{
    struct pair {
        std::string_view text, value;
    };
    for (auto const& [text, value] : {
             pair{"us-west1", "us-west1"},
             pair{"a b", "a b"},
             pair{"=?base64?x", "=?base64?x"},
             pair{"=?BASE64?SGk=?=", "=?BASE64?SGk=?="},
             pair{"Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
             pair{" padded ", "=?base64?IHBhZGRlZCA=?="},
             pair{"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
             pair{"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
             pair{"", "=?base64?\?="},
             pair{"a\tb", "=?base64?YQli?="},
         }) {
        CHECK(encode_header_value(text) == value);
        CHECK(decode_header_value(value) == std::string(text));
    }
    CHECK(decode_header_value(" a\tb \t") == "a\tb");
    CHECK(decode_header_value("") == "");
    CHECK(decode_header_value(" \t ") == "");
    CHECK(decode_header_value("=?base64?=") == "=?base64?=");
    CHECK(decode_header_value("SGVsbG8=?=") == "SGVsbG8=?=");
    for (char const* value :
         {"=?base64?SGVsbG8?=",
          "=?base64?SGVs!!!bG8=?=",
          "=?base64?SGk=\n?=",
          "=?base64?/w==?=",
          "=?base64?Zh==?=",
          "a\nb",
          "a\x7f",
          "\xc3\xa4",
          "a\rb",
          "a\x01"}) {
        CAPTURE(value);
        CHECK_FALSE(decode_header_value(value));
    }
    CHECK_FALSE(decode_header_value(std::string_view("a\0b", 3)));
}

TEST_CASE("a client mirrors the arguments that are there and of their type")
{
    using headers = std::vector<std::pair<std::string, std::string>>;
    auto const sent = [](std::string_view arguments) {
        return mcp::parameter_headers(parameters(), object(arguments));
    };
    CHECK(
        sent(R"({"region":"ü","n":42.0,"deep":{"on":false},"query":"q"})") ==
        headers{
            {"Mcp-Param-Region", "=?base64?w7w=?="},
            {"Mcp-Param-Count", "42"},
            {"Mcp-Param-Switch", "false"}});
    CHECK(sent(R"({"region":null,"n":1.5,"deep":true})").empty());
    CHECK(sent(R"({"region":1,"n":"1","deep":{"on":"true"}})").empty());
    CHECK(sent(R"({"n":9007199254740992})").empty());
    CHECK(sent(R"({"n":-9007199254740991})") == headers{{"Mcp-Param-Count", "-9007199254740991"}});
}

TEST_CASE("headers that do not say what the body says are refused")
{
    std::string const region = "Mcp-Param-Region";
    std::string const count = "Mcp-Param-Count";
    CHECK(checked("{}", {}) == "");
    CHECK(checked(R"({"region":null,"deep":{}})", {}) == "");
    CHECK(checked(R"({"region":"Hello"})", {{region, "=?base64?SGVsbG8=?="}}) == "");
    CHECK(checked(R"({"region":"Hello"})", {{region, "Hello"}}) == "");
    CHECK(
        checked(R"({"region":"Hello"})", {}) ==
        R"("Mcp-Param-Region" is missing: the body has the argument "region")");
    CHECK(
        checked(R"({"region":"Hello"})", {{region, "Hello"}, {region, "Hello"}}) ==
        R"("Mcp-Param-Region" was sent more than once)");
    CHECK(
        checked(R"({"region":"Hello"})", {{region, "hello"}}) ==
        R"("Mcp-Param-Region" does not match the argument "region")");
    CHECK(
        checked(R"({"region":"Hello"})", {{region, "=?base64?SGVsbG8?="}}) ==
        R"("Mcp-Param-Region" has characters that a header may not have, or broken Base64)");
    CHECK(
        checked("{}", {{"Mcp-Param-Switch", "true"}}) ==
        R"("Mcp-Param-Switch" was sent, but the body has no argument "deep.on")");
    CHECK(checked(R"({"region":["Hello"]})", {{region, "Hello"}}) != "");
    CHECK(checked(R"({"region":["Hello"]})", {}) == "");
    CHECK(checked(R"({"deep":{"on":true}})", {{"Mcp-Param-Switch", "true"}}) == "");
    CHECK(checked(R"({"deep":{"on":true}})", {{"Mcp-Param-Switch", "True"}}) != "");
    for (char const* same : {"42", "42.0", "42.000", "042", " 42 "})
        CHECK(checked(R"({"n":42})", {{count, same}}) == "");
    CHECK(checked(R"({"n":42.0})", {{count, "42"}}) == "");
    CHECK(checked(R"({"n":-1})", {{count, "-1.0"}}) == "");
    for (char const* other :
         {"43", "42.5", "42.", "+42", "0x2a", "4.2e1", "", "42 43", ".0", "inf"}) {
        CAPTURE(other);
        CHECK(checked(R"({"n":42})", {{count, other}}) != "");
    }
    CHECK(checked(R"({"n":0})", {{count, ""}}) != "");
}

}  // namespace header_parameters_test
