#include "agent/project/source/imports.hpp"
#include "agent/project/source/script_tokens.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace imports_test {

using agent::import_specifiers;
using agent::imported_packages;
using agent::package_of;
using agent::tokenize;

using names = std::vector<std::string>;

TEST_CASE("every form of import is found once, in order")
{
    CHECK(
        import_specifiers(R"(
#!/usr/bin/env node
'use server'
import a from 'a'
import * as b from "b"
import { c, type C as D, "string name" as e } from 'c'
import type { F } from 'f';
import g, { h } from 'g'
import 'side-effect'
import json from './data.json' with { type: 'json' }
export { i } from 'i'
export * from 'j'
export * as k from 'k'
export type { L } from 'l'
import m = require('m')
const n = require('n/sub')
const o = await import('o')
const p = await import(`p`)
type Q = typeof import('q')
import a2 from 'a'
)") == names{
           "a",
           "b",
           "c",
           "f",
           "g",
           "side-effect",
           "./data.json",
           "i",
           "j",
           "k",
           "l",
           "m",
           "n/sub",
           "o",
           "p",
           "q"});
}

TEST_CASE("comments, strings, templates and regular expressions do not import anything")
{
    CHECK(import_specifiers(R"(
// import a from 'a'
/* import b from 'b'
   require('b2') */
const s = "import c from 'c'"
const t = `import d from 'd' ${require('real')} require('e') ${`nested ${await import('deep')}`}`
const r = /require\('f'\)[/'"]/g
const q = 1 / 2 / require('real2').x
const w = x.require('g')
loader.import('h')
import.meta.env
import(variable)
require(`i${n}`)
export const from = 'j'
export function importer() { return from }
export default class {}
const u = 'it\'s' + "\"import k from 'k'\""
)") == names{"real", "deep", "real2"});
}

TEST_CASE("JSX text does not throw the scan off")
{
    CHECK(import_specifiers(R"(
import React from 'react'
export default function Page() {
  return (
    <div title="it's">
      Don't import x from "y" here, it isn't {`a ${b}`} a module // neither
      <input accept="image/*" />
      <p>path /a/b and `tick</p>
      <br/>
    </div>
  )
}
const lazy = () => import('lazy')
)") == names{"react", "lazy"});
}

TEST_CASE("imports without semicolons or line ends are told apart")
{
    CHECK(
        import_specifiers("import a from'a';import{b}from'b';export*from'c'") ==
        names{"a", "b", "c"});
    CHECK(import_specifiers("export { x }\nimport y from 'y'\n") == names{"y"});
    CHECK(import_specifiers("export default foo\nimport y from 'y'\n") == names{"y"});
    CHECK(import_specifiers("import").empty());
    CHECK(import_specifiers("import {").empty());
    CHECK(import_specifiers("").empty());
}

TEST_CASE("a specifier is mapped to the package that owns it")
{
    CHECK(package_of("next/headers") == "next");
    CHECK(package_of("zod") == "zod");
    CHECK(package_of("zod/v4/core") == "zod");
    CHECK(package_of("@prisma/client/edge") == "@prisma/client");
    CHECK(package_of("@scope/pkg") == "@scope/pkg");
    CHECK(package_of("lodash.merge") == "lodash.merge");
    for (std::string const name :
         {"./x",
          "../x",
          "..",
          "/x",
          "@/lib/db",
          "~/lib/db",
          "#internal",
          "node:fs",
          "fs",
          "fs/promises",
          "https://esm.sh/x",
          "npm:x",
          "bun:test",
          "./x?raw",
          "raw!x",
          "@scope",
          "@/",
          "@",
          "",
          ".hidden",
          "_x",
          "a b",
          "a\\b"}) {
        CAPTURE(name);
        CHECK(package_of(name).empty());
    }
}

TEST_CASE("the project's own aliases are not packages")
{
    std::vector<agent::path_alias> const aliases{
        {"@lib/*", {"./lib/*"}},
        {"config", {"./config.ts"}},
        {"*", {"./src/*"}},
        {"$*", {"./x/*"}}};
    CHECK(package_of("@lib/db", aliases).empty());
    CHECK(package_of("config", aliases).empty());
    CHECK(package_of("config/x", aliases) == "config");
    CHECK(package_of("zod", aliases) == "zod");
    CHECK(package_of("$env", aliases).empty());
}

TEST_CASE(
    "packages that matter are sorted, without markers, and types count for what they describe")
{
    CHECK(imported_packages(R"(
import 'server-only'
import 'client-only'
import { z } from 'zod'
import { cookies } from 'next/headers'
import { after } from 'next/server'
import type { X } from '@types/pg'
import type { Y } from '@types/babel__core'
import type { N } from '@types/node'
import fs from 'node:fs'
import { db } from '@/lib/db'
)") == names{"@babel/core", "next", "pg", "zod"});
}

TEST_CASE("each kind of import belongs to a library or to none")
{
    std::vector<agent::path_alias> const aliases{{"@db/*", {"./db/*"}}, {"$lib", {"./lib"}}};
    struct row {
        char const* source;
        names libraries;
    };
    for (auto const& tested : std::initializer_list<row>{
             // Static, in every clause.
             {"import Stripe from 'stripe'", {"stripe"}},
             {"import * as z from 'zod'", {"zod"}},
             {"import { eq, and } from 'drizzle-orm'", {"drizzle-orm"}},
             {"import pino, { type Logger } from 'pino'", {"pino"}},
             {"import defer * as heavy from 'heavy'", {"heavy"}},
             {"import data from 'pkg/data.json' with { type: 'json' }", {"pkg"}},
             {"import/*c*/a/*d*/from/*e*/'a'", {"a"}},
             // Dynamic.
             {"const { put } = await import('@vercel/blob')", {"@vercel/blob"}},
             {"import(/* webpackChunkName: 'x' */ `sharp`)", {"sharp"}},
             {"import('pkg', { with: { type: 'json' } })", {"pkg"}},
             {"import(`./${name}`)", {}},
             {"import(`@aws-sdk/client-${name}`)", {}},
             {"import('stripe' + suffix)", {}},
             {"import('a'.concat(b))", {}},
             {"import(name)", {}},
             {"import.meta.url", {}},
             // CommonJS and TypeScript's own.
             {"const { Pool } = require('pg')", {"pg"}},
             {"import fs = require('graceful-fs')", {"graceful-fs"}},
             {"export import knex = require('knex')", {"knex"}},
             {"import type K = require('knex')", {"knex"}},
             {"require('x' + y)", {}},
             {"loader.require('x')", {}},
             // Types alone.
             {"import type { Session } from 'next-auth'", {"next-auth"}},
             {"let s: import('stripe').Stripe.Event", {"stripe"}},
             {"type S = typeof import('@clerk/nextjs/server')", {"@clerk/nextjs"}},
             // Out again, and for effect.
             {"export { z } from 'zod'", {"zod"}},
             {"export * from 'drizzle-orm/pg-core'", {"drizzle-orm"}},
             {"export * as schema from 'valibot'", {"valibot"}},
             {"export type { User } from 'better-auth'", {"better-auth"}},
             {"import 'dotenv/config'", {"dotenv"}},
             {"import 'server-only'", {}},
             // Parts of a package.
             {"import { cookies } from 'next/headers'", {"next"}},
             {"import type { X } from 'stripe/lib/x'", {"stripe"}},
             {"import { prismaAdapter } from 'better-auth/adapters/prisma'", {"better-auth"}},
             {"import x from '@trigger.dev/sdk/v3'", {"@trigger.dev/sdk"}},
             {"import { S3Client } from '@aws-sdk/client-s3'", {"@aws-sdk/client-s3"}},
             // Node's own.
             {"import fs from 'node:fs'", {}},
             {"import { test } from 'node:test'", {}},
             {"import { readFile } from 'fs/promises'", {}},
             {"import crypto from 'crypto'", {}},
             {"import { setTimeout } from 'timers/promises'", {}},
             // The project's own.
             {"import a from './a'; import b from '../b'; import c from '..'; import d from '.'",
              {}},
             {"import { db } from '@/lib/db'", {}},
             {"import { db } from '~/lib/db'", {}},
             {"import { db } from '@db/client'", {}},
             {"import lib from '$lib'", {}},
             {"import db from '#db'; import x from '#lib/x.js'", {}},
             {"import x from '/abs/x'", {}},
             // Not of npm.
             {"import x from 'https://esm.sh/react'", {}},
             {"import x from 'data:text/javascript,export default 1'", {}},
             {"import x from 'file:///x.mjs'", {}},
             {"import { env } from 'cloudflare:workers'", {}},
             // JSDoc types are imports; prose and examples in comments are not.
             {"/** @type {import('next').NextConfig} */", {"next"}},
             {"/**\n * @param {Array<{ a: import(\"stripe\").Stripe }>} x\n */", {"stripe"}},
             {"/**\n * @import { Pool } from 'pg'\n */", {"pg"}},
             {"/** @typedef {typeof import('zod/v4')} Z */", {"zod"}},
             {"/** @type {import('./local').T} */", {}},
             {"/** Do not import('stripe') here, {import('zod')} neither. */", {}},
             {"/**\n * @example\n * import Stripe from 'stripe'\n */", {}},
             {"/**\n * @example { await import('stripe') }\n */", {}},
             {"/* @type {import('stripe').Stripe} */", {}},
             {"// import Stripe from 'stripe'", {}},
             {"/* require('stripe') */", {}},
             {"const s = \"import x from 'stripe'\"", {}},
             {"const s = `require('stripe') import('zod')`", {}},
             {"const s = `${await import('zod')}`", {"zod"}}}) {
        CAPTURE(tested.source);
        auto const& [source, libraries] = tested;
        CHECK(imported_packages(source, aliases) == libraries);
    }
}

TEST_CASE("hostile sources are scanned in linear time")
{
    auto const many = [](std::string const& piece, std::size_t bytes) {
        std::string out;
        while (out.size() < bytes)
            out += piece;
        return out;
    };
    constexpr std::size_t size = 1 << 18;
    auto const start = std::chrono::steady_clock::now();
    for (auto const* piece :
         {"`${",
          "\\\"",
          "\\'",
          "/[",
          "/*",
          "`",
          "import ",
          "import{",
          "(",
          "}",
          "\"'",
          "\xff",
          "export *,",
          "/\\/",
          "/** @a {",
          "/** @import from */",
          "/** @type {import( */",
          "\n * @import "})
        CHECK(import_specifiers(many(piece, size)).empty());
    import_specifiers(many("`${", size / 2) + many("}", size / 2));
    // Seconds would do without sanitizers; the square of the size would take an hour.
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(25));
}

TEST_CASE("tokens know their line and depth")
{
    auto const tokens = tokenize("a\n{ b\n  ( /* \n */ c ) }\n'd'");
    REQUIRE(tokens.size() == 8);
    CHECK(tokens[0].line == 1);
    CHECK(tokens[2].line == 2);
    CHECK(tokens[2].depth == 1);
    CHECK(tokens[4].text == "c");
    CHECK(tokens[4].line == 4);
    CHECK(tokens[4].depth == 2);
    CHECK(tokens[7].kind == agent::token_kind::string);
    CHECK(tokens[7].depth == 0);
}

}  // namespace imports_test
