#include "../rule_check.hpp"
#include "agent/checks/rules/fixes.hpp"

namespace actions_test {

using test::broken;
using test::names;

TEST_CASE("a 'use server' file exports async functions alone")
{
    names const one{"use-server-export"};
    CHECK(broken("app/actions.ts", "'use server'\nexport function save() {}\n") == one);
    CHECK(broken("app/actions.ts", "'use server'\nexport const save = () => 1\n") == one);
    CHECK(broken("app/actions.ts", "'use server'\nexport const limits = { a: 1 }\n") == one);
    CHECK(broken("app/actions.ts", "'use server'\nexport default class A {}\n") == one);
    CHECK(broken("app/actions.ts", "'use server'\nconst a = 'x'\nexport { a as b }\n") == one);
    CHECK(broken("app/actions.ts", R"("use server"
import { z } from 'zod'
export const schema = z.object({ title: z.string() })
export async function save() {}
)") == one);
    CHECK(
        broken("app/actions.ts", "'use server'\nexport async function* all() { yield 1 }\n") ==
        one);
}

TEST_CASE("what may be an async function, and types, may be exported with 'use server'")
{
    CHECK(broken("app/actions.ts", R"('use server'
import { authed } from '@/lib/safe-action'
import { cache } from 'react'
import type { Note } from '@/lib/notes'
const schema = { a: 1 }
export async function a() {}
export const b = async () => {}
export const c = authed.inputSchema(schema).action(async () => {})
export const d = cache(async () => 1)
export default async function e() {}
async function f() {}
export { f, f as g }
export type { Note }
export type State = { a: string }
export interface Props { a: string }
export { h } from './other'
)")
              .empty());
    CHECK(broken("lib/a.ts", "export function a() {} // no 'use server'\nexport const b = { a }\n")
              .empty());
    CHECK(broken(
              "app/page.tsx",
              "export const metadata = {}\nexport default function Page() {\n"
              "  async function a() { 'use server' }\n  return <form action={a} />\n}\n")
              .empty());
}

TEST_CASE("an action that is not async is made so")
{
    std::string const text =
        "'use server'\nexport function save() {}\nexport const other = () => {}\n";
    auto const fixed = agent::checks::apply_fixes(text, test::check_file("app/a.ts", text));
    CHECK(
        fixed.text ==
        "'use server'\nexport async function save() {}\nexport const other = async () => {}\n");
}

TEST_CASE("an inline action is an async function of a Server Component")
{
    CHECK(broken("app/page.tsx", R"(
export default function Page() {
  function save() { 'use server' }
  return <form action={save} />
}
)") == names{"inline-action"});
    CHECK(broken("app/form.tsx", R"('use client'
export function Form() {
  async function save() { 'use server' }
  return <form action={save} />
}
)") == names{"inline-action"});
    CHECK(broken("app/page.tsx", R"(
export default function Page() { return <form action={async () => { 'use server' }} /> }
)")
              .empty());
}

TEST_CASE("a file is of the client or of Server Actions")
{
    CHECK(
        broken("app/a.tsx", "'use client'\n'use server'\nexport const a = 1\n") ==
        names{"client-and-server-directive"});
    CHECK(
        broken("app/a.tsx", "'use client'\n'use strict'\nexport const a = 'use server'\n").empty());
}

TEST_CASE("a directive that does nothing is told")
{
    names const found{"misplaced-directive"};
    CHECK(
        broken(
            "app/actions.ts",
            "import a from 'a'\n'use server'\nexport async function save() { a() }\n") == found);
    CHECK(
        broken("lib/a.ts", "export async function a() { const x = 1; 'use cache'; return x }\n") ==
        found);
    CHECK(broken("app/actions.ts", "`use server`\nexport async function save() {}\n") == found);
    CHECK(broken("app/actions.ts", "('use server')\nexport async function save() {}\n") == found);
    CHECK(broken("app/a.tsx", "export function A() { 'use client'; return null }\n") == found);
    CHECK(
        broken(
            "app/actions.ts", "// Saves.\n/* x */ 'use server'\nexport async function save() {}\n")
            .empty());
    CHECK(
        broken("app/a.tsx", "#!/usr/bin/env node\n'use strict'\n'use client'\nexport const a = 1\n")
            .empty());
    CHECK(broken("lib/a.ts", "export const text = ['use client']\nif (x) { log('use server') }\n")
              .empty());
}

}  // namespace actions_test
