#include "protocol/uri_template.hpp"

#include <doctest/doctest.h>

namespace uri_template_forms_test {

using mcp::uri_template;
using variables = mcp::uri_variables;

namespace {

uri_template parsed(std::string_view text)
{
    auto const out = uri_template::parse(text);
    REQUIRE_MESSAGE(out.has_value(), text);
    return *out;
}

std::string fault(std::string_view text)
{
    auto const out = uri_template::parse(text);
    return out.has_error() ? out.error() : "";
}

// "a=1 b=2", or "none".
std::string matched(std::string_view text, std::string_view uri)
{
    auto const found = parsed(text).match(uri);
    if (!found)
        return "none";
    std::string out;
    for (auto const& [name, value] : *found)
        out.append(out.empty() ? "" : " ").append(name + '=' + value);
    return out;
}

}  // namespace

TEST_CASE("a URI that a template can make gives its variables back")
{
    CHECK(matched("test://template/{id}/data", "test://template/123/data") == "id=123");
    CHECK(matched("test://template/{id}/data", "test://template/a%20b%2Fc/data") == "id=a b/c");
    CHECK(matched("test://template/{id}/data", "test://template/a/b/data") == "none");
    CHECK(matched("test://template/{id}/data", "test://template//data") == "none");
    CHECK(matched("test://template/{id}/data", "test://template/1/data/") == "none");
    CHECK(
        matched("run://{run_id}/files/{+path}", "run://7/files/app/api/route.ts") ==
        "path=app/api/route.ts run_id=7");
    CHECK(matched("{a}-{b}", "x-y-z") == "a=x-y b=z");
    CHECK(matched("{a}.txt", "x.txt.txt") == "a=x.txt");
    CHECK(matched("{+a}-{b}", "x-y/z-w") == "a=x-y/z b=w");
    CHECK(matched("{a,b}", "1,2") == "a=1 b=2");
    CHECK(matched("{a,b}", "1") == "a=1");
    CHECK(matched("f:{/segments*}", "f:/a/b%20c/d") == "segments=a/b c/d");
    CHECK(matched("f:{/segments*}", "f:") == "");
    CHECK(matched("f:{/a,b}", "f:/x/y") == "a=x b=y");
    CHECK(matched("f:x{.ext}", "f:x.ts") == "ext=ts");
    CHECK(matched("f:x{.a,b}", "f:x.d.ts") == "a=d b=ts");
    CHECK(matched("f:x{;a,b}", "f:x;a=1;b=2") == "a=1 b=2");
    CHECK(matched("x:list{?page,size}", "x:list?size=2&page=1") == "page=1 size=2");
    CHECK(matched("x:list{?page,size}", "x:list?page=") == "page=");
    CHECK(matched("x:list{?page,size}", "x:list") == "");
    CHECK(matched("x:list{?page,size}", "x:list?other=1") == "none");
    CHECK(matched("x:list{?page}", "x:list?page=1&page=2") == "none");
    CHECK(matched("x:list{?a}{&b}", "x:list?a=1&b=%C3%BC") == "none");
    CHECK(matched("x:list?a=1{&b}", "x:list?a=1&b=%C3%BC") == "b=ü");
    CHECK(matched("x:{id}{?q}", "x:a?q=1") == "id=a q=1");
    CHECK(matched("x:ü{id}", "x:%C3%BC1") == "id=1");
    CHECK(matched("no:variables", "no:variables") == "");
    CHECK(matched("", "") == "");
    CHECK(matched("", "a") == "none");
}

TEST_CASE("a hostile URI is matched in linear time, or not at all")
{
    CHECK(matched("x:{a}", "x:%") == "none");
    CHECK(matched("x:{a}", "x:%4") == "none");
    CHECK(matched("x:{a}", "x:%zz") == "none");
    CHECK(matched("x:{a}", "x:%ff") == "none");
    CHECK(matched("x:{?a}", "x:?a=%ff") == "none");
    CHECK(matched("x:{a}", "x:" + std::string(8'191, 'a')) == "none");
    CHECK(matched("x:{a}", "x:" + std::string(8'190, 'a')) != "none");
    std::string text = "x:";
    for (int i = 0; i < 32; ++i)
        text += "{+v" + std::to_string(i) + "},";
    CHECK(matched(text + "end", "x:" + std::string(8'000, ',')) == "none");
    CHECK(matched(text + "end", "x:" + std::string(8'000, 'a')) == "none");
}

TEST_CASE("a template that is broken or not supported says why")
{
    CHECK(fault("a{b") == "a { without its }");
    CHECK(fault("a}b") == "a } without its {");
    CHECK(fault("{a}-{a}") == "a variable stands in it twice");
    for (char const* text :
         {"{}",
          "{?}",
          "{a,}",
          "{,a}",
          "{a b}",
          "{{a}}",
          "{a:3}",
          "{a*}",
          "{?a*}",
          "{/a*,b}",
          "{=a}",
          "{!a}",
          "{|a}",
          "{a-b}",

          "a%b",
          "a\x01",
          "\xff"}) {
        CHECK_MESSAGE(fault(text) != "", std::string(text));
    }
    CHECK(fault(std::string(2'049, 'a')) != "");
    std::string many;
    for (int i = 0; i < 33; ++i)
        many += "{v" + std::to_string(i) + '}';
    CHECK(fault(many) != "");
}

TEST_CASE("a template expands as RFC 6570 says")
{
    variables const v{
        {"var", "value"},
        {"hello", "Hello World!"},
        {"path", "/foo/bar"},
        {"empty", ""},
        {"x", "1024"},
        {"y", "768"},
        {"half", "50%"},
        {"list", "a b/c"}};
    struct pair {
        std::string_view text, uri;
    };
    for (pair const& expected : {
             pair{"{var}", "value"},
             pair{"{hello}", "Hello%20World%21"},
             pair{"{half}", "50%25"},
             pair{"O{empty}X", "OX"},
             pair{"{x,y}", "1024,768"},
             pair{"{x,hello,y}", "1024,Hello%20World%21,768"},
             pair{"?{x,undef}", "?1024"},
             pair{"{+hello}", "Hello%20World!"},
             pair{"{+half}", "50%25"},
             pair{"{+path}/here", "/foo/bar/here"},
             pair{"{+path,x}/here", "/foo/bar,1024/here"},
             pair{"X{.x,y}", "X.1024.768"},
             pair{"X{.undef}", "X"},
             pair{"{/var,x}/here", "/value/1024/here"},
             pair{"{;x,y,empty}", ";x=1024;y=768;empty"},
             pair{"{?x,y,empty}", "?x=1024&y=768&empty="},
             pair{"{?x,undef}", "?x=1024"},
             pair{"{?undef}", ""},
             pair{"?fixed=yes{&x}", "?fixed=yes&x=1024"},
             pair{"{/list*}", "/a%20b/c"},
             pair{"ü/{var}", "%C3%BC/value"},
         }) {
        CAPTURE(expected.text);
        CHECK(parsed(expected.text).expand(v) == expected.uri);
    }
    CHECK(parsed("{a}/{?b,c}").variables() == std::vector<std::string>{"a", "b", "c"});
}

}  // namespace uri_template_forms_test
