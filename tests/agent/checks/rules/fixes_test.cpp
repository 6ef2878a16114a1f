#include "agent/checks/rules/fixes.hpp"

#include <doctest/doctest.h>

namespace fixes_test {

using agent::checks::apply_fixes;
using agent::checks::finding;
using agent::checks::text_edit;

namespace {

finding with(std::vector<text_edit> edits)
{
    finding out;
    out.fix = std::move(edits);
    return out;
}

}  // namespace

TEST_CASE("fixes are made from the front, each as a whole")
{
    std::vector<finding> const all{
        with({{6, 7, "X"}}), with({{0, 0, "<"}, {3, 3, ">"}}), with({}), with({{7, 8, ""}})};
    auto const fixed = apply_fixes("abcdefghi", all);
    CHECK(fixed.text == "<abc>defXi");
    CHECK(fixed.fixes == 3);
    CHECK(apply_fixes("abc", {}).text == "abc");
}

TEST_CASE("a fix that overlaps another, or lies outside of the text, is left")
{
    std::vector<finding> const all{
        with({{0, 3, "X"}}),
        with({{2, 4, "Y"}}),
        with({{3, 3, "Z"}}),
        with({{90, 95, "W"}}),
        with({{5, 4, "V"}})};
    auto const fixed = apply_fixes("abcdef", all);
    CHECK(fixed.text == "Xdef");
    CHECK(fixed.fixes == 1);
}

}  // namespace fixes_test
