#include "agent/docs/declarations/declarations.hpp"
#include "agent/docs/declarations/typescript/prose.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace declarations_test {

using namespace agent;

namespace {

std::string text_of(std::vector<doc_section> const& sections, std::string_view title)
{
    std::string text;
    for (auto const& section : sections)
        if (section.title == title)
            text += section.text;
    return text;
}

std::vector<std::string> titles(std::vector<doc_section> const& sections)
{
    std::vector<std::string> out;
    out.reserve(sections.size());
    for (auto const& section : sections)
        out.push_back(section.title);
    return out;
}

bool holds(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

bool fences_closed(std::string_view text)
{
    typescript::code_fence fence;
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        fence.holds(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return !fence.open();
}

std::string repeated(std::string_view part, std::size_t times)
{
    std::string out;
    out.reserve(part.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        out += part;
    return out;
}

}  // namespace

TEST_CASE("an interface is one section with its members in order")
{
    auto const sections = cut_declarations(R"(import { A } from './a.js';
/**
 * What a session is made of.
 */
export interface SessionCreateParams extends Base<{ a: 1 }> {
    /**
     * The items.
     *
     * Up to 100.
     */
    line_items?: Array<SessionCreateParams.LineItem>;
    mode?: SessionCreateParams.Mode;
    /** Where to go. */
    success_url: string;
}
)");
    REQUIRE(titles(sections) == std::vector<std::string>{"SessionCreateParams"});
    CHECK(
        sections[0].text == "What a session is made of.\n\n"
                            "```ts\ninterface SessionCreateParams extends Base<{ a: 1 }>\n```\n\n"
                            "`line_items?: Array<SessionCreateParams.LineItem>`\n"
                            "The items.\n\nUp to 100.\n\n"
                            "`mode?: SessionCreateParams.Mode`\n\n"
                            "`success_url: string`\nWhere to go.");
}

TEST_CASE("titles are breadcrumbs of namespaces, without the module that is named the same")
{
    auto const sections = cut_declarations(R"(
declare module 'stripe' {
  namespace Stripe {
    namespace Checkout {
      interface SessionCreateParams { /** How. */ mode?: SessionCreateParams.Mode; }
      namespace SessionCreateParams {
        interface LineItem { /** How many. */ quantity?: number }
        type Mode = 'payment' | 'setup';
        type Again = Mode;
      }
    }
  }
}
declare module 'next-auth' { interface Session { /** Who. */ user: string } }
declare module '../near' { interface Here { /** There. */ x: 1 } }
declare global { interface Window { /** Ours. */ y: 1 } type Z = 'z' }
namespace A.B { /** Deep. */ const c: 1; }
)");
    CHECK(
        titles(sections) == std::vector<std::string>{
                                "Stripe > Checkout > SessionCreateParams",
                                "Stripe > Checkout > SessionCreateParams > LineItem",
                                "Stripe > Checkout > SessionCreateParams",
                                "next-auth > Session",
                                "Here",
                                "Window",
                                "global",
                                "A.B > c"});
    CHECK(sections[2].text == "```ts\ntype Mode = 'payment' | 'setup';\n```");
}

TEST_CASE("what is larger than a section is cut at its members and named after them")
{
    std::string source = "/** All of it. */ interface Big {\n";
    for (int i = 0; i < 100; ++i)
        source +=
            "/** " + repeated("word ", 40) + " */ member_" + std::to_string(i) + ": string;\n";
    auto const sections = cut_declarations(source + "}", 1000);
    REQUIRE(sections.size() > 20);
    CHECK(sections[0].title == "Big");
    CHECK(sections[1].title == "Big > member_4");
    for (auto const& section : sections)
        CHECK(section.text.size() <= 1000);
}

TEST_CASE("a long text is cut at its headings, and code stays whole up to twice the size")
{
    auto const code = "```ts\n" + repeated("call();\n\n", 150) + "```";
    auto const sections = cut_declarations(
        "/**\n" + repeated("First words. ", 60) + "\n\n## Usage\n\n" + code + "\n\n## Rest\n\n" +
            repeated("Last words. ", 60) + "\n\n@param a - the a\n*/ declare function f(a: 1): 2;",
        1000);
    CHECK(titles(sections) == std::vector<std::string>{"f", "f > Usage", "f > Rest"});
    CHECK(holds(sections[1].text, code));
    auto const longer = cut_declarations(
        "/**\n```ts\n" + repeated("call();\n", 1000) + "```\n*/ declare function f(): 2;", 1000);
    CHECK(longer.size() > 5);
    for (auto const& section : longer) {
        CHECK(section.text.size() <= 2100);
        CHECK(fences_closed(section.text));
        CHECK(section.text.starts_with("```ts"));
    }
}

TEST_CASE("documented members of types within types have a path")
{
    auto const text = cut_declarations(R"(
export type Options = Wrapped<{
    session?: {
        /** How long. */
        maxAge?: number;
        name: string;
    };
    /** Called. */
    signIn?: (params: { /** Who. */ user: User; flag: 1 }) => boolean;
}> & { plain: { a: 1 } };
/** Provider. */
export default function GitHub(config: Config & { /** Server. */ baseUrl?: string }, /** N. */ n: 1): X;
)");
    REQUIRE(titles(text) == std::vector<std::string>{"Options", "GitHub"});
    CHECK(
        text[0].text ==
        "```ts\ntype Options = Wrapped<{ … }> & { plain: { a: 1 } };\n```\n\n"
        "`session?: { … }`\n\n`session.maxAge?: number`\nHow long.\n\n`session.name: string`\n\n"
        "`signIn?: (params: { … }) => boolean`\nCalled.\n\n"
        "`signIn(params).user: User`\nWho.\n\n`signIn(params).flag: 1`");
    CHECK(
        text[1].text == "Provider.\n\n```ts\nfunction GitHub(config: Config & { … }, n: 1): X;\n```"
                        "\n\n`config.baseUrl?: string`\nServer.\n\n`n: 1`\nN.");
}

TEST_CASE("overloads are one section that says everything once")
{
    auto const sections = cut_declarations(R"(
/**
 * Makes mail.
 * @returns Mail.
 */
declare function email(): A;
/**
 * Makes mail.
 * @param message - The message.
 * @returns Mail.
 */
declare function email(message: string): A;
declare function email(a: 1, b: 2): A;
/** Other. */
declare function other(): B;
)");
    REQUIRE(titles(sections) == std::vector<std::string>{"email", "other"});
    CHECK(
        sections[0].text == "Makes mail.\n\n- @returns Mail.\n- @param message - The message.\n\n"
                            "```ts\nfunction email(): A;\nfunction email(message: string): A;\n"
                            "function email(a: 1, b: 2): A;\n```");
    auto const many =
        text_of(cut_declarations(repeated("/** Same. */ declare function f(a: 1): 2;\n", 9)), "f");
    CHECK(holds(many, "// and 5 more overloads"));
    CHECK(many.find("Same.") == many.rfind("Same."));
    std::string named;
    for (char c = 'a'; c <= 'h'; ++c)
        named += std::string("/** On ") + c + ". */ declare function on(e: '" + c + "'): void;";
    CHECK(holds(text_of(cut_declarations(named), "on"), "On h."));
}

TEST_CASE("classes, enumerations, constants and aliases are told apart")
{
    auto const sections = cut_declarations(R"(
/** A class. */
export declare abstract class Queue<T = {}> extends Base<T> {
    /** Adds. */
    add<N extends T>(name: N, opts?: { a: string, b: number }): Promise<Job<N>>;
    static readonly [entityKind]: string;
    private secret: string;
    private readonly other;
    #hash: string;
    protected inner: X;
    _mine: X;
    "~standard": X;
    [key: string]: unknown;
    get size(): number;
}
/** Kinds. */
declare const enum Kind { /** The first. */ A = 1 << 2, B = "b" }
/** @public */
export declare const Acl: { readonly a: "a"; };
/** @public */
export type Acl = (typeof Acl)[keyof typeof Acl];
/** Equal. */
declare const eq: Operator, ne: Operator;
undocumented: 1;
declare function nobody(): void;
)");
    CHECK(titles(sections) == std::vector<std::string>{"Queue", "Kind", "Acl", "eq"});
    auto const queue = text_of(sections, "Queue");
    CHECK(holds(queue, "abstract class Queue<T = {}> extends Base<T>"));
    CHECK(holds(
        queue,
        "`add<N extends T>(name: N, opts?: { a: string, b: number }): Promise<Job<N>>`\n"
        "Adds."));
    CHECK(holds(queue, "[key: string]: unknown;\nget size(): number;"));
    for (auto const* name : {"secret", "other", "hash", "inner", "_mine", "standard", "entityKind"})
        CHECK(!holds(queue, name));
    auto const kind = text_of(sections, "Kind");
    CHECK(holds(kind, "`A = 1 << 2`\nThe first."));
    CHECK(holds(kind, "`B = \"b\"`"));
    CHECK(text_of(sections, "Acl") == "```ts\nconst Acl: { readonly a: \"a\"; };\n```");
}

TEST_CASE("the types of a union say what they mean")
{
    auto const sections = cut_declarations(R"(
/** How it is. */
export type Status =
/** It runs. */
'active'
/** It ran. */
 | 'ended' | 'other';
interface A { state:
    /** Here. */
    | { at: 1 }
    /** Gone. */
    | null }
)");
    REQUIRE(titles(sections) == std::vector<std::string>{"Status", "A"});
    CHECK(
        sections[0].text == "How it is.\n\n```ts\ntype Status = 'active' | 'ended' | 'other';\n```"
                            "\n\n`'active'`\nIt runs.\n\n`'ended'`\nIt ran.");
    CHECK(holds(sections[1].text, "`state: { at: 1 }`\nHere.\n\n`state: null`\nGone."));
}

TEST_CASE("what is internal, a licence or about the file is no symbol's documentation")
{
    auto const sections = cut_declarations(R"(/*! Copyright of nobody */
/**
 * How the whole package is used, in a sentence.
 * @module providers/github
 */
import x from 'y';
/** @license MIT */
/** Public. */
export interface A { /** @internal No. */ no: 1; /** Yes. */ yes: 1; /** @ignore */ nor: 1 }
/** Hidden. @internal is no tag here. */
export type B = 1;
/**
 * Gone.
 * @internal
 */
export type C = 1;
/** @hidden */
namespace N { /** D. */ type D = 1 }
/** Of an import. */
export { A } from './a';
)");
    CHECK(titles(sections) == std::vector<std::string>{"providers/github", "A", "B"});
    CHECK(sections[0].text == "How the whole package is used, in a sentence.");
    CHECK(!holds(sections[1].text, "no:"));
    CHECK(!holds(sections[1].text, "nor"));
    CHECK(holds(sections[1].text, "`yes: 1`\nYes."));
    auto const about = cut_declarations(
        "/** Copyright (c) 2020 somebody, all rights reserved for ever. */\nimport a from 'a';\n"
        "/**\n * All.\n * @packageDocumentation\n */\nexport type X = 1;");
    CHECK(titles(about) == std::vector<std::string>{"Package documentation"});
}

TEST_CASE("braces and comments in strings and templates are text, and an arrow closes no generics")
{
    auto const sections = cut_declarations(
        "/** One. */ type A<T extends () => void = () => void> = `a${B<{ x: '}' }>}/** no */ {`;\n"
        "/** Two. */ type C = '/** no */ {' | \"\\\"}\" | Map<string, (a: 1) => Set<{ b: 1 }>>;\n"
        "/** Three. */ declare const d: [a: { /** In. */ b: 1 }, c: 2];");
    REQUIRE(titles(sections) == std::vector<std::string>{"A", "C", "d"});
    CHECK(holds(sections[1].text, "Map<string, (a: 1) => Set<{ b: 1 }>>;"));
    CHECK(holds(sections[2].text, "`b: 1`\nIn."));
}

TEST_CASE("lines end statements where semicolons are left out, as they do for TypeScript")
{
    std::string const source = "/** A. */\n"
                               "export interface A\n  extends B\n{\n"
                               "  /** X. */\n  x: 'a'\n    | 'b'\n"
                               "  y: {\n    /** Z. */\n    z: 1\n  }\n"
                               "  (call: 1): 2\n"
                               "  from?: string\n}\n"
                               "/** T. */\ntype T =\n  | 1\n  | 2\n"
                               "/** F. */\ndeclare function f<\n  T\n>(\n  a: 1,\n  b: 2\n): T\n"
                               "declare const g: 1\n";
    auto const check = [](std::string const& text) {
        auto const sections = cut_declarations(text);
        REQUIRE(titles(sections) == std::vector<std::string>{"A", "T", "f"});
        CHECK(holds(sections[0].text, "interface A extends B\n"));
        CHECK(holds(sections[0].text, "`x: 'a' | 'b'`\nX."));
        CHECK(holds(sections[0].text, "`y.z: 1`\nZ."));
        CHECK(holds(sections[0].text, "(call: 1): 2;\nfrom?: string;"));
        CHECK(holds(sections[1].text, "type T = 1 | 2;"));
        CHECK(holds(sections[2].text, "function f<T>(a: 1, b: 2): T;"));
    };
    check(source);
    std::string windows = "\xEF\xBB\xBF";
    for (char const c : source)
        windows += c == '\n' ? "\r\n" : c == ' ' ? "\t" : std::string(1, c);
    check(windows);
}

}  // namespace declarations_test
