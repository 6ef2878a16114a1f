#include "protocol/strict_json.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace strict_json_test {

namespace {

std::string fault(std::string_view text, mcp::json_limits limits = {})
{
    auto const out = mcp::strict_json(limits).parse(text);
    return out ? "" : out.error().message;
}

bool is_json(std::string_view text)
{
    return mcp::strict_json().parse(text).has_value();
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

// The interesting cases of the JSON grammar (RFC 8259), in the spirit of "Parsing JSON is a
// minefield".
TEST_CASE("everything that RFC 8259 calls JSON is accepted")
{
    for (std::string_view const text : {
             "0",
             "-0",
             "1e5",
             "1E+2",
             "-1.5e-3",
             "123.456789",
             "true",
             "null",
             R"("")",
             R"("\u0041\ud83d\ude00\"\\\/\b\f\n\r\t")",
             R"("\u0000")",
             "\"\x7f\"",
             "\"\xe2\x80\xa8\"",
             "\"\xf4\x8f\xbf\xbf\"",
             " \t\r\n[ ] \n",
             R"({"":0})",
             R"([1,[2,[3,{"a":[]}]],{"b":{}}])",
             "1e-400",
         })
        CHECK_MESSAGE(is_json(text), text);
}

TEST_CASE("everything that RFC 8259 does not call JSON is refused")
{
    for (std::string_view const text : {
             "",
             " ",
             "[",
             "]",
             "{",
             "[1",
             "[1,]",
             "[,1]",
             "[1,,2]",
             "[1 2]",
             "[1:2]",
             "[1}",
             "{\"a\"}",
             "{\"a\":}",
             "{a:1}",
             "{'a':1}",
             "{\"a\":1,}",
             "{,}",
             "{1:1}",
             "[] []",
             "1 1",
             "01",
             "-01",
             "+1",
             ".5",
             "1.",
             "1.e1",
             "1e",
             "1e+",
             "-",
             "0x1",
             "1_000",
             "NaN",
             "Infinity",
             "-Infinity",
             "nul",
             "True",
             "tru",
             "\"",
             "\"\n\"",
             "\"\t\"",
             "'a'",
             R"("\a")",
             R"("\u12")",
             R"("\x41")",
             R"("\ud800")",
             R"("\udc00")",
             R"("\ud800\u0041")",
             "[1]//",
             "/**/1",
             "\xEF\xBB\xBF{}",
             "{}x",
             "[1]\xff",
             "\"\xff\"",
             "\"\xc0\xaf\"",
             "\"\xed\xa0\x80\"",
             "\"\xf4\x90\x80\x80\"",
             "\"\xe2\x82\"",
             "{\"\x80\":1}",
         })
        CHECK_MESSAGE(!is_json(text), text);
    CHECK(!is_json(std::string_view("\0", 1)));
    CHECK(!is_json(std::string_view("[]\0", 3)));
    CHECK(!is_json(std::string_view("\"\0\"", 3)));
}

TEST_CASE("depth is bounded")
{
    CHECK(is_json(nested(128)));
    CHECK(fault(nested(129)) == "nested more than 128 deep");
    CHECK(fault(nested(1'000'000)) == "nested more than 128 deep");
    CHECK(fault("[[1]]", {.depth = 1}) == "nested more than 1 deep");
}

TEST_CASE("the number of values is bounded")
{
    mcp::json_limits const limits{.values = 3};
    CHECK(fault("[1,2]", limits).empty());
    CHECK(fault("[1,2,3]", limits) == "more than 3 values");
    CHECK(fault("[[],[],{}]", limits) == "more than 3 values");
    CHECK(fault(R"({"a":"","b":null,"c":true})", limits) == "more than 3 values");
}

TEST_CASE("a number that is not finite is refused, wherever it is")
{
    CHECK(fault("1e400") == "a number is too large");
    CHECK(fault("1e9999999999") == "a number is too large");
    CHECK(fault(R"({"a":[-1e999]})") == "a number is too large");
    CHECK(is_json("1.7976931348623157e308"));
    CHECK(is_json("18446744073709551616"));
}

TEST_CASE("members of the outer objects have unique names")
{
    std::string const twice = "an object has two members of the same name";
    CHECK(fault(R"({"a":1,"b":2,"a":3})") == twice);
    CHECK(fault(R"({"a":1,"\u0061":3})") == twice);
    CHECK(fault(R"({"p":{"x":1,"x":1}})") == twice);
    CHECK(fault(R"({"p":{"_meta":{"x":1,"x":1}}})") == twice);
    CHECK(fault(R"({"p":{"a":{"a":{}},"b":{"a":1,"b":2}},"a":1})").empty());
    CHECK(fault(R"({"a":{},"b":{},"":1,"c":[],"":2})") == twice);
    // Below, and in lists, the last one wins.
    CHECK(fault(R"({"a":{"b":{"c":{"d":1,"d":2}}}})").empty());
    CHECK(fault(R"({"a":[[{"d":1,"d":2}]]})").empty());
    CHECK(fault(R"({"a":1,"a":2})", {.unique_depth = 0}).empty());
}

TEST_CASE("a repeated name is found among many, and the same names in another object are not")
{
    std::string many = "{";
    for (int i = 0; i < 1000; ++i)
        many += "\"key" + std::to_string(i * 7919 % 1000) + "\":{\"a\":1,\"b\":2},";
    CHECK(fault(many + "\"other\":0}").empty());
    CHECK(!fault(many + "\"key500\":0}").empty());
    CHECK(fault("{\"o\":" + many + "\"x\":0},\"key1\":1,\"key2\":2}").empty());
    CHECK(!fault("{\"o\":" + many + "\"x\":0},\"key1\":1,\"key1\":2}").empty());
    std::string const part(3000, 'k');  // longer than the parser's own buffer
    CHECK(!fault("{\"" + part + "\\n\":1,\"" + part + "\\n\":1}").empty());
    CHECK(fault("{\"" + part + "\\na\":1,\"" + part + "\\nb\":1}").empty());
}

TEST_CASE("a parser is as good as new after a failure, whatever it stopped in")
{
    mcp::strict_json parser;
    std::string const text = R"({"a":{"b":"c","d":[1,2.5,{"e":null}]},"f":"\u0041"})";
    auto const whole = boost::json::parse(text);
    for (std::size_t n = 0; n < text.size(); ++n) {
        CHECK(!parser.parse(text.substr(0, n)));
        CHECK(*parser.parse(text) == whole);
    }
    CHECK(!parser.parse("\"" + std::string(1 << 20, 'a')));
    CHECK(*parser.parse(text) == whole);
}

TEST_CASE("a value lives in the storage that was asked for")
{
    auto const storage = boost::json::make_shared_resource<boost::json::monotonic_resource>();
    mcp::strict_json parser;
    auto const value =
        parser.parse(R"({"a":[1,"a string that is too long to be small"]})", storage);
    CHECK(value->at("a").at(1).storage() == storage);
    CHECK(parser.parse("[1]")->storage() == boost::json::storage_ptr());
}

}  // namespace strict_json_test
