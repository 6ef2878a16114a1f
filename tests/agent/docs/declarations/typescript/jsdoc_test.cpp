#include "agent/docs/declarations/typescript/jsdoc.hpp"

#include <doctest/doctest.h>

namespace jsdoc_test {

using agent::typescript::read_jsdoc;

namespace {

std::string text(std::string_view comment)
{
    return read_jsdoc(comment).text;
}

}  // namespace

TEST_CASE("a comment loses its asterisks, whatever their style, and keeps its paragraphs")
{
    CHECK(text(" One line. ") == "One line.");
    CHECK(text("\n * A\n * b.\n *\n *\n * C.\n ") == "A\nb.\n\nC.");
    CHECK(text("\n* A\n*\n* - b\n*   c\n") == "A\n\n- b\n  c");
    CHECK(text("\r\n\t * A\r\n\t * b.\r\n\t *") == "A\nb.");
    CHECK(text("\n   A\n   b\n ") == "A\nb");
    CHECK(text(" A **bold** end **\n * **Bold** line\n *") == "A **bold** end **\n**Bold** line");
    CHECK(text("*").empty());
    CHECK(text("").empty());
}

TEST_CASE("headings become bold lines and code blocks stay as they are")
{
    CHECK(
        text("\n * A\n * ## Use `x`\n * ```ts\n * if (a) {\n *   {@link b} <p> *\\/\n * }\n * "
             "```\n") == "A\n\n**Use `x`**\n\n```ts\nif (a) {\n  {@link b} <p> */\n}\n```");
    CHECK(text("\n * ```\n * a\n") == "```\na\n```");
    CHECK(text("\n * A\n * ```\n ") == "A");
}

TEST_CASE("inline links become their text")
{
    CHECK(
        text("See {@link Foo.bar}, {@linkcode Foo | the foo} and {@link Foo other}.") ==
        "See Foo.bar, the foo and other.");
    CHECK(
        text("{@link https://a.b/c} {@link https://a.b | text}") ==
        "https://a.b/c [text](https://a.b)");
    CHECK(text("[text]{@link https://a.b} [`code`]{@link Foo}") == "[text](https://a.b) [`code`]");
    CHECK(text("`{@link A}` {@unknown B} {@link C") == "`{@link A}` {@unknown B} {@link C");
}

TEST_CASE("tags are kept as a list, in their order")
{
    CHECK(
        text("\n * Adds.\n * @param {string} name The name.\n * @param [opts={}] - Options,\n *   "
             "more.\n"
             " * @param silent\n * @template T - A type.\n * @return {Promise<{a: 1}>} It.\n"
             " * @throws {@link E} when not\n * @defaultValue `1`\n * @see https://a.b\n * @since "
             "1.2\n") ==
        "Adds.\n\n- @param name - The name.\n- @param [opts={}] - Options,\n  more.\n"
        "- @template T - A type.\n- @returns It.\n- @throws E when not\n- @default `1`\n"
        "- @see https://a.b\n- @since 1.2");
    CHECK(text("@public\n\n The input of {@link A}.") == "The input of A.");
    CHECK(text("@remarks\n * Long.\n * @category X\n * @public") == "Long.");
    CHECK(
        text("\n * A\n * @upstash/redis is no tag, nor is a@b.c\n") ==
        "A\n@upstash/redis is no tag, nor is a@b.c");
    CHECK(text("A.\n @beta\n @experimental Soon.") == "A.\n\n**Beta**\n\n**Experimental**: Soon.");
}

TEST_CASE("examples become code unless they are fenced already")
{
    CHECK(
        text("\n * A.\n * @example\n * f(1)\n *   .g()\n *\n * h()\n * @internal") ==
        "A.\n\n**Example**\n\n```ts\nf(1)\n  .g()\n\nh()\n```");
    CHECK(
        text("@example To read\n * ```js\n * @decorated\n * ```") ==
        "**Example: To read**\n\n```js\n@decorated\n```");
    CHECK(text("@example <caption>Cap</caption>\n * f()") == "**Example: Cap**\n\n```ts\nf()\n```");
    CHECK(
        text("@example\n * ```ts\n * f()\n * ```\n * And so.") ==
        "**Example**\n\n```ts\nf()\n```\nAnd so.");
    CHECK(text("@example node@v18") == "- @example `node@v18`");
}

TEST_CASE("what is deprecated says so first")
{
    CHECK(
        text("Old.\n * @deprecated Use {@link b}.\n * @see b") ==
        "**Deprecated**: Use b.\n\nOld.\n\n- @see b");
    CHECK(text("@deprecated") == "**Deprecated**");
    CHECK(text("@deprecated: no more") == "**Deprecated**: no more");
}

TEST_CASE("what a comment says about its symbol is read from its tags")
{
    CHECK(read_jsdoc("A.\n * @internal").hidden);
    CHECK(read_jsdoc("@private").hidden);
    CHECK(!read_jsdoc("An @internal word.").hidden);
    CHECK(!read_jsdoc("\n * ```\n * @internal\n * ```\n").hidden);
    CHECK(read_jsdoc("@license MIT\n * Words").licence);
    CHECK(read_jsdoc("Copyright of A").licence);
    auto const module = read_jsdoc("A.\n * @module providers/github\n * B.");
    CHECK(module.about_file);
    CHECK(module.module == "providers/github");
    CHECK(module.text == "A.\n\nB.");
    CHECK(read_jsdoc("@packageDocumentation\n * All.").text == "All.");
}

TEST_CASE("the HTML of a comment becomes Markdown")
{
    CHECK(
        text("\n * <p>Gets an <b>object </b> from\n *       <code>S3</code>.</p>\n"
             " *          <p>See <a href=\"https://a.b\">\n *            <code>it</code>\n *   "
             "</a>.</p>\n"
             " * <ul>\n *   <li>\n *     <p>One</p>\n *     <ul><li>In</li></ul>\n *   </li>\n"
             " *   <li><p>Two &lt;x&gt;</p></li>\n * </ul>\n * <note>\n *   <p>Mind.</p>\n * "
             "</note>\n"
             " * <dl><dt>Term</dt><dd>Said.</dd></dl>\n * <!-- no -->") ==
        "Gets an **object** from `S3`.\n\nSee [`it`](https://a.b).\n\n- One\n  - In\n- Two <x>\n\n"
        "Note: Mind.\n\n**Term**\n\nSaid.");
    CHECK(text("A Promise<string> of Map<K, V> &lt; 1") == "A Promise<string> of Map<K, V> &lt; 1");
    CHECK(
        text("<div class=\"x\" style={{a: 1}}>\n * <a href=\"https://a.b\">\n * <img src=\"c\"/>\n"
             " * </a> Built <b>in</b>.\n * </div>") == "Built **in**.");
    CHECK(text("<p>Open\n * ```\n * a\n * ```\n * <p>b") == "Open\n```\na\n```\n\nb");
    CHECK(text("`<p>` stays, and so does <key>") == "`<p>` stays, and so does <key>");
}

}  // namespace jsdoc_test
