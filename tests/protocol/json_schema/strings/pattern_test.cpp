#include "protocol/json_schema/strings/pattern.hpp"

#include <doctest/doctest.h>

namespace pattern_test {

using mcp::json_schema::pattern;

namespace {

bool matches(std::string_view source, std::string_view text)
{
    auto const compiled = pattern::compile(source);
    REQUIRE_MESSAGE(compiled.has_value(), source);
    std::size_t budget = 100'000;
    auto const found = compiled->occurs_in(text, budget);
    REQUIRE(found);
    return *found;
}

}  // namespace

TEST_CASE("a pattern means what ECMA-262 says it means")
{
    CHECK(matches("b", "abc"));
    CHECK_FALSE(matches("^b", "a\nb"));  // not a new line each
    CHECK_FALSE(matches("^b$", "b\n"));  // nor before the last newline
    CHECK_FALSE(matches("a.b", "a\nb"));
    CHECK(matches("^.$", "😀"));  // code points
    CHECK(matches("^[à-ü]$", "é"));
    CHECK_FALSE(matches("^\\d$", "٣"));  // ASCII
    CHECK_FALSE(matches("^\\w$", "é"));
    CHECK(matches("^\\s$", "\xc2\xa0"));
    CHECK(matches("^[\\s]$", "\xef\xbb\xbf"));
    CHECK_FALSE(matches("\\S", "\xe2\x80\xa9"));
    CHECK(
        matches("^\\u0041\\x42\\cA\\0\\u{1F600}\\ud83d\\ude00$", std::string_view("AB\1\0😀😀", 12)));
    CHECK(matches("^[\\u0041-\\u005a]$", "Q"));
    CHECK(matches("^[[:alpha:]]$", ":]"));  // a set of [ : a l p h, and a bracket
    CHECK(matches("^[^]$", "\n"));
    CHECK_FALSE(matches("[]", "a"));
    CHECK(matches("^a{2,3}$", "aaa"));
    CHECK(matches("^{a}$", "{a}"));
    CHECK(matches("^(?:a|b)+?c$", "abc"));
    CHECK(matches("^(?!x)a(?=b)b(?<=b)(?<!a)$", "ab"));
    CHECK(matches("^(?<n>a)\\k<n>\\1$", "aaa"));
    CHECK(matches("^[-a]$", "-"));
    CHECK(matches("^[a-]$", "-"));
    CHECK(matches("^\\/\\-$", "/-"));
    CHECK(matches("^[\\b]$", "\b"));
    CHECK(matches("", ""));
    CHECK(matches(
        "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+"
        "[A-Za-z]{2,}$",
        "a.b@example.com"));
}

TEST_CASE("what only Perl understands, and what is not understood, is refused")
{
    for (char const* source :
         {"(",     ")",     "[a",        "a**",     "a++",    "*",           "a|*",  "(?i)a",
          "(?>a)", "(?#a)", "\\A",       "\\Qa\\E", "\\p{L}", "\\u{110000}", "\\x4", "\\c1",
          "\\",    "(?<",   "(?<a b>c)", "\\k<",    "a{3,2}", "(?<=a+)b",    "[b-a]"}) {
        CAPTURE(source);
        CHECK(pattern::compile(source).has_error());
    }
    CHECK(pattern::compile(std::string(4097, 'a')).has_error());
}

TEST_CASE("a pattern that backtracks without end uses up its budget")
{
    for (char const* source : {"^(a+)+$", "^(a|a)*$", "^(a*)*b$", "(.*a){20}b", "(x+x+)+y"}) {
        auto const compiled = pattern::compile(source);
        REQUIRE(compiled.has_value());
        std::size_t budget = 100'000;
        CAPTURE(source);
        CHECK_FALSE(compiled->occurs_in(std::string(5'000, 'a') + "!", budget).value_or(false));
        CHECK(budget < 100'000);
    }
    std::size_t budget = 10;
    CHECK_FALSE(pattern::compile("b")->occurs_in(std::string(100, 'a'), budget));
    CHECK(budget == 0);
}

}  // namespace pattern_test
