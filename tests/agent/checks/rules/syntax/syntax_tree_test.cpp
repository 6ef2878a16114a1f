#include "agent/checks/rules/syntax/syntax_tree.hpp"

#include <doctest/doctest.h>

#include <string>

namespace syntax_tree_test {

using namespace agent::checks;

namespace {

parse_problem problem_of(std::string const& text, dialect which = dialect::tsx)
{
    parser p;
    return p.parse(text, which).problem;
}

std::string repeated(std::string_view part, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += part;
    return out;
}

}  // namespace

TEST_CASE("a node knows its kind, its field, its text, its family and its place")
{
    parser p;
    std::string const text = "// note\nexport const a = f(1, 'x')\n";
    auto const result = p.parse(text, dialect::typescript);
    REQUIRE(result.problem == parse_problem::none);
    auto const& tree = result.tree;
    auto const root = tree.root();
    CHECK(root.is(kind::program));
    CHECK(!root.parent());
    CHECK(!root.next());
    REQUIRE(tree.comments().size() == 1);
    CHECK(tree.comments()[0].end == 7);
    auto const statement = root.first();
    CHECK(statement.is(kind::export_statement, kind::import_statement));
    auto const declaration = statement.child(field::declaration);
    CHECK(declaration.is(kind::lexical_declaration));
    auto const one = declaration.child(kind::variable_declarator);
    CHECK(one.child(field::name).text() == "a");
    auto const call = one.child(field::value);
    CHECK(call.is(kind::call_expression));
    CHECK(call.begin() == text.find("f(1"));
    CHECK(call.child(field::arguments).size() == 2);
    CHECK(call.child(field::arguments).first().next().text() == "'x'");
    CHECK(!call.child(field::arguments).first().next().next());
    CHECK(root.contains(call));
    CHECK(!call.contains(root));
    std::size_t count = 0;
    for (auto const n : below(call))
        count += n.is(kind::other) ? 0 : 1;
    CHECK(count == 6);  // the call, f, the arguments, 1, 'x' and what is in it
    // What is not there is nothing, and asking it is harmless.
    node const none = call.child(field::alias).first().next().parent();
    CHECK(!none);
    CHECK(none.text().empty());
    CHECK(none == node());
}

TEST_CASE("a parser reads one file after another, of either dialect")
{
    parser p;
    CHECK(p.parse("const a = <b>c", dialect::typescript).problem == parse_problem::none);
    CHECK(p.parse("const a = <b>c</b>", dialect::tsx).problem == parse_problem::none);
    CHECK(p.parse("const a = <b>c</b>", dialect::typescript).problem == parse_problem::syntax);
    CHECK(p.parse("", dialect::tsx).problem == parse_problem::none);
    auto const broken = p.parse("const a = 1\nfunction (", dialect::tsx);
    CHECK(broken.problem == parse_problem::syntax);
    CHECK(broken.where.begin >= 12);
    CHECK(
        p.parse(
             "export const a: A<B> = b satisfies C\nfor await (const x of y()) {}\n"
             "class D { @e() #f = 1; static { g() } accessor h = 2 }\nusing i = j\n",
             dialect::typescript)
            .problem == parse_problem::none);
}

TEST_CASE("correct code that the grammar takes for wrong is read all the same, at its own places")
{
    parser p;
    std::string const text =
        "const a = await prisma.$queryRaw<\n  { b: string; e: number }[]\n>`SELECT ${c}`\nd()\n";
    auto const result = p.parse(text, dialect::typescript);
    REQUIRE(result.problem == parse_problem::none);
    CHECK(result.tree.text() == text);
    auto const last = result.tree.root().first().next();
    CHECK(last.text() == "d()");
    CHECK(
        p.parse("const a = <p className=\"b\">\n  Terms & conditions &amp; {c}</p>\n", dialect::tsx)
            .problem == parse_problem::none);
    CHECK(
        p.parse("const a: A<B> & C = <p>d & e</p>\nconst f = (g) => h & i\n", dialect::tsx)
            .problem == parse_problem::none);
    CHECK(
        p.parse("const a = b.c<D[]>`x`\nfunction (\n", dialect::tsx).problem ==
        parse_problem::syntax);
}

TEST_CASE("hostile text is refused or read, in bounded time, and never more")
{
    CHECK(problem_of(std::string((1 << 20) + 1, ' ')) == parse_problem::too_large);
    auto const any = [](parse_problem p) { return p != parse_problem::none; };
    for (auto const* part :
         {"(", "[", "{", "f(", "a ? ", "<a>", "`${", "((a) => ", "!", "if (a) ", "async x => "}) {
        CAPTURE(part);
        CHECK(any(problem_of(repeated(part, 20000))));
    }
    CHECK(problem_of(repeated("(", 5000) + "1" + repeated(")", 5000)) == parse_problem::too_deep);
    CHECK(problem_of(repeated("a + ", 20000) + "a") == parse_problem::too_deep);
    CHECK(problem_of(repeated("a;", 50000)) == parse_problem::none);
    CHECK(any(problem_of(std::string("const a = \0\xff\xfe", 13))));
    CHECK(problem_of(repeated("/*", 10000)) != parse_problem::too_slow);
}

TEST_CASE("a parser that ran out of time starts afresh")
{
    parse_limits limits;
    limits.microseconds = 1;
    parser p(limits);
    CHECK(
        p.parse(repeated("const a = f(b, c);\n", 20000), dialect::tsx).problem ==
        parse_problem::too_slow);
    CHECK(
        p.parse(repeated("let d = 1;\n", 20000), dialect::tsx).problem == parse_problem::too_slow);
    CHECK(p.parse("", dialect::tsx).problem == parse_problem::none);
}

}  // namespace syntax_tree_test
