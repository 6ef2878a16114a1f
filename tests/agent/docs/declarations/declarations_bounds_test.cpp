#include "agent/docs/declarations/declarations.hpp"
#include "protocol/text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace declarations_bounds_test {

using namespace agent;

namespace {

std::string repeated(std::string_view part, std::size_t times)
{
    std::string out;
    out.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        out += part;
    return out;
}

// What holds for every source, however it was made.
void check_bounds(std::string const& source, std::size_t size = 2500)
{
    auto const sections = cut_declarations(source, size);
    CHECK(sections.size() <= 4000);
    std::size_t too_long = 0, broken = 0, empty = 0;
    for (auto const& section : sections) {
        too_long += section.text.size() > 2 * size + 100 || section.title.size() > 1000 ? 1 : 0;
        broken += mcp::valid_utf8(section.text) && mcp::valid_utf8(section.title) ? 0 : 1;
        broken += section.text.find('\0') != std::string::npos ||
                  section.title.find('\n') != std::string::npos;
        empty += section.text.empty() || section.title.empty() ? 1 : 0;
    }
    CHECK(too_long == 0);
    CHECK(broken == 0);
    CHECK(empty == 0);
}

}  // namespace

TEST_CASE("declarations of any size, shape and bytes are cut within bounds")
{
    check_bounds("");
    check_bounds("/** a");
    check_bounds("/** a */");
    check_bounds("/**/ interface A { /***/ b: 1 } /** c **/ interface D {");
    check_bounds("/** a */ interface A { /** b */ b: `${`${");
    check_bounds("/** a */ interface A { } } ) ] > } /** b */ interface B { /** c */ c: 1");
    check_bounds("/** a */ type A = '" + repeated("x", 100'000));
    check_bounds("/** \xFF\xC3 */ interface A\xFF { /** \xF0\x9F */ \xFF: '\xED\xA0\x80'; }", 10);
    std::string zeros = "/** a%b */ interface A% { /** c% */ d%: 1 }";
    std::replace(zeros.begin(), zeros.end(), '%', '\0');
    check_bounds(zeros);
    check_bounds("/** " + repeated("word ", 400'000) + "*/ type A = 1");
    check_bounds("/** a */ interface A { /** b */ b: " + repeated("x", 2'000'000) + " }");
    check_bounds("/** a */ interface " + repeated("\xE2\x82\xAC", 10'000) + " { /** a */ b: 1 }");
    check_bounds("/** a */ declare function f(): void;" + repeated("/** ", 100'000));
    for (auto const* part :
         {"{",
          "}",
          "(",
          "[",
          "<",
          "`${",
          "a:{",
          "/** a */ x: {",
          "/** a */ (",
          "/** a */ ;",
          "/** a */ type A = 1;",
          "/** a */ a: 1,",
          "<p ",
          "{@link ",
          "<!--",
          "@a\n",
          "```\n",
          "<ul><li>",
          "\\",
          "type A = {",
          "namespace A {/** a */",
          "declare function f(): 1;\n"}) {
        CAPTURE(part);
        check_bounds(repeated(part, 100'000));
        check_bounds("/** a */ interface A { /** b */ b: " + repeated(part, 20'000), 500);
        check_bounds("/** " + repeated(part, 50'000) + " */ interface A {}");
        check_bounds("namespace A { /** a */ type B = 'b';" + repeated(part, 20'000));
    }
}

}  // namespace declarations_bounds_test
