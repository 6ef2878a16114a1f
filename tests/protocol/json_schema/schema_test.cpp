#include "protocol/json_schema/schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace schema_test {

namespace json = boost::json;
namespace json_schema = mcp::json_schema;

namespace {

json_schema::schema compiled(std::string_view text, json_schema::options const& with = {})
{
    auto const out = json_schema::compile(json::parse(text), with);
    REQUIRE_MESSAGE(out.has_value(), (out.has_error() ? out.error().reason : ""));
    return *out;
}

std::string refusal(std::string_view text, json_schema::options const& with = {})
{
    auto const out = json_schema::compile(json::parse(text), with);
    return out.has_error() ? out.error().reason : "";
}

// The errors, a line each.
std::string told(std::string_view schema, std::string_view instance)
{
    std::string out;
    for (auto const& error : compiled(schema).errors(json::parse(instance), "arguments"))
        out.append(out.empty() ? "" : "\n").append(error);
    return out;
}

bool fits(std::string_view schema, std::string_view instance)
{
    return told(schema, instance).empty();
}

constexpr std::string_view person = R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"address": {
        "$anchor": "addressDef", "type": "object",
        "properties": {"street": {"type": "string"}, "city": {"type": "string", "minLength": 2}}}},
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
        "files": {"type": "array", "items": {"type": "object", "required": ["path"]}}
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false
})";

}  // namespace

TEST_CASE("what does not fit a schema is told with its place, in words")
{
    CHECK(told(person, R"({"name":"n","email":"e","address":{"street":"s","city":"Rome"}})") == "");
    CHECK(
        told(person, R"({"email":"e","address":{"street":5}})") ==
        "arguments.address.street: expected a string, got a number");
    CHECK(
        told(person, R"({"email":"e","files":[{"path":"a"},{}]})") ==
        "arguments.files.1.path: missing");
    CHECK(
        told(person, R"({"email":"e","adress":{}})") ==
        R"(arguments: no member "adress"; did you mean "address"?)");
    CHECK(
        told(person, R"({"email":"e","phone":"1","contactMethod":"phon"})") ==
        R"(arguments.contactMethod: must be one of phone, email; did you mean "phone"?)");
    CHECK(
        told(person, "{}") ==
        "arguments: fits none of 2 alternatives (arguments.phone: missing; or arguments.email: "
        "missing)\narguments.email: missing");
    CHECK(told(person, R"({"contactMethod":"phone","email":"e"})") == "arguments.phone: missing");
    CHECK(told(person, "[]") == "arguments: expected an object, got an array");
    CHECK(
        told(R"({"type":["string","null","integer"]})", "1.5") ==
        "arguments: expected a string, an integer or null, got a number with a fraction");
    CHECK(
        told(R"({"properties":{"a b":false}})", R"({"a b":1})") ==
        "arguments.\"a b\": is not allowed here");
}

TEST_CASE("each assertion of a schema says what it asks for")
{
    CHECK(told(R"({"minimum":3})", "2") == "arguments: must be at least 3");
    CHECK(told(R"({"maximum":3.5})", "4") == "arguments: must be at most 3.5");
    CHECK(told(R"({"exclusiveMinimum":3})", "3") == "arguments: must be more than 3");
    CHECK(told(R"({"exclusiveMaximum":3})", "3") == "arguments: must be less than 3");
    CHECK(told(R"({"multipleOf":5})", "7") == "arguments: must be a multiple of 5");
    CHECK(told(R"({"minLength":2})", R"("ü")") == "arguments: must have at least 2 characters");
    CHECK(told(R"({"maxLength":1})", R"("ab")") == "arguments: must have at most 1 character");
    CHECK(told(R"({"pattern":"^a+$"})", R"("b")") == "arguments: must match the pattern ^a+$");
    CHECK(told(R"({"minItems":1})", "[]") == "arguments: must have at least 1 element");
    CHECK(told(R"({"maxItems":1})", "[1,2]") == "arguments: must have at most 1 element");
    CHECK(
        told(R"({"uniqueItems":true})", "[1,[2],1.0]") ==
        "arguments: must not have two elements that are equal");
    CHECK(
        told(R"({"contains":{"type":"string"},"minContains":2})", R"(["a",1])") ==
        "arguments: must have at least 2 elements of the kind that it contains");
    CHECK(told(R"({"minProperties":1})", "{}") == "arguments: must have at least 1 member");
    CHECK(told(R"({"maxProperties":0})", R"({"a":1})") == "arguments: must have at most 0 members");
    CHECK(
        told(R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})") ==
        R"(arguments: the name of the member "ab" must have at most 1 character)");
    CHECK(
        told(R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})") ==
        R"(arguments.b: missing; it is needed beside "a")");
    CHECK(told(R"({"const":{"a":1}})", "2") == R"(arguments: must be {"a":1})");
    CHECK(told(R"({"not":{"type":"null"}})", "null") == "arguments: is what its schema excludes");
    CHECK(
        told(R"({"oneOf":[{"minimum":1},{"minimum":2},{"minimum":3}]})", "2") ==
        "arguments: fits the alternatives 1 and 2 of 3, but must fit only one");
    CHECK(
        told(R"({"oneOf":[{"const":"a","title":"A"},{"const":"b","title":"B"}]})", R"("c")") ==
        "arguments: must be one of a, b");
    CHECK(
        told(
            R"({"properties":{"a":true},"allOf":[{"properties":{"b":true}}],
                "unevaluatedProperties":false})",
            R"({"a":1,"b":2,"c":3})") == R"(arguments: no member "c"; there are a)");
}

TEST_CASE("alternatives of another kind are not told about")
{
    constexpr std::string_view shapes = R"({"anyOf":[
        {"type":"string"},
        {"type":"object","properties":{"kind":{"const":"circle"},"r":{"type":"number"}},"required":["kind","r"]},
        {"type":"object","properties":{"kind":{"const":"box"},"w":{"type":"number"}},"required":["kind","w"]}
    ]})";
    CHECK(fits(shapes, R"({"kind":"box","w":1})"));
    CHECK(
        told(shapes, R"({"kind":"box","v":1})") ==
        "arguments: fits none of 3 alternatives (arguments.w: missing)");
}

TEST_CASE("an error holds no value of the instance and stays short")
{
    auto const name = std::string(5'000, 'n');
    json::object deep;
    for (int i = 0; i < 60; ++i)
        deep = json::object{{name, std::move(deep)}};
    auto const tree = compiled(R"({"additionalProperties":{"$ref":"#"},"maxProperties":1,
        "minProperties":1})");
    auto const errors = tree.errors(deep, "arguments");
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].size() < 700);
    CHECK(told(R"({"enum":["a"]})", R"("secret")").find("secret") == std::string::npos);
    CHECK(told(R"({"pattern":"^a$"})", R"("secret")").find("secret") == std::string::npos);
    CHECK(compiled(R"({"items":{"type":"string"}})").errors(json::array(100, 1), "a").size() == 5);
}

TEST_CASE("numbers are compared by value, exactly")
{
    CHECK(fits(R"({"const":1})", "1.0"));
    CHECK(fits(R"({"type":"integer"})", "1e3"));
    CHECK_FALSE(fits(R"({"const":9007199254740993})", "9007199254740992"));
    CHECK_FALSE(fits(R"({"maximum":9223372036854775807})", "9223372036854775808"));
    CHECK(fits(R"({"multipleOf":0.0001})", "0.0075"));
    CHECK_FALSE(fits(R"({"multipleOf":0.0001})", "0.00751"));
    CHECK_FALSE(fits(R"({"multipleOf":0.123456789})", "1e308"));
    CHECK_FALSE(fits(R"({"multipleOf":10})", "9223372036854775807"));
    CHECK(fits(R"({"enum":[{"a":[1,2]}]})", R"({"a":[1.0,2]})"));
    CHECK_FALSE(fits(R"({"const":false})", "0"));
}

TEST_CASE("references lead within the document, by pointer, anchor and name")
{
    CHECK_FALSE(fits(
        R"({"properties":{"a":{"$ref":"#"}},"additionalProperties":false})", R"({"a":{"b":1}})"));
    CHECK_FALSE(fits(R"({"$defs":{"a/b~":{"type":"null"}},"$ref":"#/$defs/a~1b~0"})", "1"));
    CHECK_FALSE(fits(R"({"$defs":{"x":{"$anchor":"n","type":"null"}},"$ref":"#n"})", "1"));
    CHECK_FALSE(fits(
        R"({"$id":"https://example.com/root","$defs":{"x":{"$id":"item","type":"null"}},
            "$ref":"https://example.com/item"})",
        "1"));
    CHECK_FALSE(fits(R"({"custom":{"deep":[{"type":"null"}]},"$ref":"#/custom/deep/0"})", "1"));
    // A tree whose nodes are extended where it is used.
    constexpr std::string_view strict = R"({
        "$id": "https://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree",
        "unevaluatedProperties": false,
        "$defs": {"tree": {
            "$id": "tree", "$dynamicAnchor": "node", "type": "object",
            "properties": {"data": true,
                "children": {"type": "array", "items": {"$dynamicRef": "#node"}}}}}
    })";
    CHECK(fits(strict, R"({"children":[{"data":1}]})"));
    CHECK_FALSE(fits(strict, R"({"children":[{"daat":1}]})"));
}

TEST_CASE("what a schema leads to outside of itself is never fetched")
{
    for (char const* reference :
         {"https://example.com/a",
          "other.json",
          "#/$defs/none",
          "#none",
          "file:///etc/passwd",
          "https://json-schema.org/draft/2020-12/schema",
          "#/",
          "#/a/b",
          "//host/x"}) {
        auto const why =
            refusal(R"({"properties":{"a":{"$ref":")" + std::string(reference) + "\"}}}");
        CAPTURE(reference);
        CHECK(why.find("leads nowhere in this schema") != std::string::npos);
    }
    CHECK(refusal(R"({"$dynamicRef":"#none"})") != "");
}

TEST_CASE("another dialect is refused, and draft-07 is understood")
{
    CHECK(
        refusal(R"({"$schema":"http://json-schema.org/draft-04/schema#"})") ==
        "at #: the dialect http://json-schema.org/draft-04/schema# is not supported; write "
        "https://json-schema.org/draft/2020-12/schema");
    CHECK(refusal(R"({"$schema":"https://json-schema.org/draft/2019-09/schema"})") != "");
    CHECK(refusal(R"({"$schema":1})") == "at #: $schema must be a string");
    constexpr std::string_view old = R"({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"pair": {"items": [{"type":"string"},{"type":"number"}], "additionalItems": false}},
        "properties": {"p": {"$ref": "#/definitions/pair", "maxItems": 0}},
        "dependencies": {"a": ["b"], "c": {"required": ["d"]}}
    })";
    CHECK(fits(old, R"({"p":["a",1],"a":1,"b":2})"));
    CHECK(
        told(old, R"({"p":[1,1,1],"a":1,"c":1})") ==
        "arguments.b: missing; it is needed beside \"a\"\n"
        "arguments.p.0: expected a string, got a number\n"
        "arguments.p.2: is not allowed here\n"
        "arguments.d: missing");
    CHECK(
        refusal(R"({"$defs":{"a":{"$schema":"http://json-schema.org/draft-07/schema"}}})") ==
        "at #/$defs/a: a schema must not mix dialects");
}

TEST_CASE("a schema that is none is refused where it is wrong")
{
    CHECK(refusal("1") == "at #: a schema must be an object or a boolean");
    CHECK(
        refusal(R"({"properties":{"a":{"minLength":-1}}})") ==
        "at #/properties/a: minLength must be an integer of at least 0");
    CHECK(
        refusal(R"({"type":"strnig"})") ==
        "at #: type must be of null, boolean, object, array, string, number, integer");
    CHECK(
        refusal(R"({"allOf":[true,{"items":[true]}]})") ==
        "at #/allOf/1: items must be a schema; an array of schemas is prefixItems");
    for (char const* text :
         {R"({"type":[]})",
          R"({"type":1})",
          R"({"required":"a"})",
          R"({"required":[1]})",
          R"({"enum":1})",
          R"({"minimum":"1"})",
          R"({"multipleOf":0})",
          R"({"minItems":1.5})",
          R"({"properties":[]})",
          R"({"allOf":{}})",
          R"({"pattern":1})",
          R"({"pattern":"("})",
          R"({"patternProperties":{"[":true}})",
          R"({"$ref":1})",
          R"({"$id":"a#b"})",
          R"({"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}})",
          R"({"uniqueItems":1})",
          R"({"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}})",
          R"({"not":null})"}) {
        CAPTURE(text);
        CHECK(refusal(text) != "");
    }
    // Data is no schema, and what nobody knows is let be.
    CHECK(refusal(R"({"const":{"type":1},"default":{"type":1},"x-own":{"type":1}})") == "");
}

TEST_CASE("a schema is bounded in nesting and in subschemas")
{
    std::string nested = "true";
    for (int i = 0; i < 63; ++i)
        nested = R"({"not":)" + nested + "}";
    json::parse_options deep;
    deep.max_depth = 200;
    CHECK(json_schema::compile(json::parse(nested, {}, deep)).has_value());
    nested = R"({"not":{"not":)" + nested + "}}";
    auto const refused = json_schema::compile(json::parse(nested, {}, deep));
    REQUIRE(refused.has_error());
    CHECK(refused.error().reason.find("nested more than 64 deep") != std::string::npos);
    json::array many(2'000, true);
    CHECK(json_schema::compile(json::object{{"anyOf", many}}).has_error());
}

TEST_CASE("a validation that would take too long is an error")
{
    auto const endless = compiled(R"({"$ref":"#"})").errors(1, "a");
    REQUIRE(endless.size() == 1);
    CHECK(
        endless[0] == "a: cannot be checked: it is nested too deep, or the schema leads to itself");
    auto const wide =
        compiled(R"({"items":{"type":"integer"}})").errors(json::array(100'001, 1), "a");
    REQUIRE(wide.size() == 1);
    CHECK(wide[0].find("more steps") != std::string::npos);
    CHECK(compiled(R"({"items":{"type":"integer"}})").errors(json::array(90'000, 1), "a").empty());
    // Each level tries both branches: 2^40 of them.
    std::string doubled = R"({"$defs":{"l0":{"type":"null"})";
    for (int i = 1; i <= 40; ++i) {
        auto const below = "{\"$ref\":\"#/$defs/l" + std::to_string(i - 1) + "\"}";
        doubled += ",\"l" + std::to_string(i) + "\":{\"anyOf\":[" + below + "," + below + "]}";
    }
    CHECK(
        told(doubled + R"(},"$ref":"#/$defs/l40"})", "1").find("more steps") != std::string::npos);
    json::array distinct;
    for (int i = 0; i < 40'000; ++i)
        distinct.emplace_back(i);
    CHECK(compiled(R"({"uniqueItems":true})").errors(distinct, "a").empty());
    auto const slow =
        compiled(R"({"pattern":"^(a|a)*$"})").errors(json::string(50, 'a') += "!", "a");
    REQUIRE(slow.size() == 1);
    CHECK(slow[0].find("too long to match") != std::string::npos);
}

TEST_CASE("a format is asserted only when asked for")
{
    json_schema::options asked;
    asked.assert_formats = true;
    constexpr std::string_view schema = R"({"format":"date"})";
    CHECK(compiled(schema).errors("tomorrow", "a").empty());
    CHECK(
        compiled(schema, asked).errors("tomorrow", "a") ==
        std::vector<std::string>{"a: must be a date such as 2026-01-31"});
    CHECK(compiled(schema, asked).errors("2026-02-28", "a").empty());
    CHECK(compiled(R"({"format":"of-its-own"})", asked).errors("x", "a").empty());
}

}  // namespace schema_test
