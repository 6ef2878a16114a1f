#include "agent/checks/rules/source/source_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace source_file_test {

using namespace agent::checks;

namespace {

struct read_file {
    explicit read_file(std::string path, std::string content)
        : name(std::move(path)),
          text(std::move(content)),
          file(name, parser().parse(text, dialect::tsx))
    {
    }
    std::string name;
    std::string text;
    source_file file;

    // Of the nth call by this name.
    call const& called(std::string_view name, std::size_t n = 0) const
    {
        for (auto const& c : file.calls())
            if (called_name(c.callee) == name && n-- == 0)
                return c;
        throw std::runtime_error("no such call");
    }
};

}  // namespace

TEST_CASE("a name is what the innermost scope says")
{
    read_file const in("a.ts", R"(
import { x as y } from 'm'
y()
function f(y) { y() }
{ const y = 1; y() }
for (const y of all) y()
try {} catch (y) { y() }
const g = ({ a: y }) => y()
y()
)");
    CHECK(in.called("y", 0).target.is("m", "x"));
    for (std::size_t i = 1; i <= 5; ++i) {
        CAPTURE(i);
        CHECK(!in.called("y", i).target);
    }
    CHECK(in.called("y", 6).target.is("m", "x"));
}

TEST_CASE("modules are known by every way to import them")
{
    read_file const in("a.ts", R"(
import d from 'm'
import * as ns from 'm'
import type { t } from 'm'
const { r, s: renamed } = require('m')
const whole = await import('m')
d(); ns.n(); t(); r(); renamed(); whole.w(); require('m').direct(); other.o()
)");
    CHECK(in.called("d").target.is("m", "default"));
    CHECK(in.called("n").target.is("m", "n"));
    CHECK(!in.called("t").target);
    CHECK(in.called("r").target.is("m", "r"));
    CHECK(in.called("renamed").target.is("m", "s"));
    CHECK(in.called("w").target.is("m", "w"));
    CHECK(in.called("direct").target.is("m", "direct"));
    CHECK(!in.called("o").target);
}

TEST_CASE("functions know their names, their directives, and what they are exported as")
{
    read_file const in("app/a/route.ts", R"('use strict'
export async function GET() { 'use cache'; one() }
const post = async () => { two() }
export { post as POST }
export const PUT = wrap(log, async () => { three() })
export default (() => { four() }) satisfies X
function free() { five() }
six()
)");
    auto const& functions = in.file.functions();
    REQUIRE(functions.size() == 5);
    CHECK(functions[0].exported == "GET");
    CHECK(functions[0].asynchronous);
    CHECK(functions[0].directive == directive::use_cache);
    CHECK(functions[1].name == "post");
    CHECK(functions[1].exported == "POST");
    CHECK(functions[2].exported == "PUT");
    CHECK(functions[2].wrapped);
    CHECK(functions[3].exported == "default");
    CHECK(!functions[3].asynchronous);
    CHECK(functions[4].exported.empty());
    CHECK(in.file.place_of(in.called("one").at) == place::cached);
    CHECK(in.file.place_of(in.called("two").at) == place::handler);
    CHECK(in.file.place_of(in.called("three").at) == place::handler);
    CHECK(in.file.place_of(in.called("five").at) == place::unknown);
    CHECK(in.file.place_of(in.called("six").at) == place::module);
    CHECK(in.file.directive() == directive::none);
}

TEST_CASE("types are exported as types, and values with what they are")
{
    read_file const in("a.ts", R"(
export type A = {}
export interface B {}
export { type C, d } from 'm'
export * from 'n'
import type { E } from 'm'
export { E }
export enum F { x }
export abstract class G {}
export const [h, { i }] = all
)");
    std::string text;
    for (auto const& e : in.file.exports())
        text += std::string(e.name) + (e.type_only ? "(type) " : " ");
    CHECK(text.find("A(type) B(type) C(type) d * E(type) F ") == 0);
    CHECK(text.find("h i ") != std::string::npos);
}

TEST_CASE("a file's name and place say what it is")
{
    CHECK(role_of("app/api/a/route.ts") == file_role::route);
    CHECK(role_of("src/app/(group)/route.js") == file_role::route);
    CHECK(role_of("apps/web/app/page.tsx") == file_role::page);
    CHECK(role_of("lib/route.ts") == file_role::other);
    CHECK(role_of("proxy.ts") == file_role::proxy);
    CHECK(role_of("src/middleware.ts") == file_role::middleware);
    CHECK(role_of("lib/proxy.ts") == file_role::other);
    CHECK(role_of("next.config.mjs") == file_role::next_config);
    CHECK(role_of("app/layout.tsx") == file_role::layout);
    CHECK(role_of("app/page.d.ts") == file_role::other);
    CHECK(is_script("a.mts"));
    CHECK(!is_script("a.d.ts"));
    CHECK(!is_script("a.json"));
    CHECK(!is_script(".ts"));
    CHECK(is_aside("lib/a.test.ts"));
    CHECK(is_aside("tests/a.ts"));
    CHECK(is_aside("prisma/seed.ts"));
    CHECK(!is_aside("app/api/test/route.ts"));
    CHECK(!is_aside("lib/contest.ts"));
}

}  // namespace source_file_test
