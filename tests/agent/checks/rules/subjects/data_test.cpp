#include "../rule_check.hpp"

namespace data_test {

using test::broken;
using test::names;

TEST_CASE("a list is not asked for one by one")
{
    names const found{"query-in-loop"};
    CHECK(broken("lib/a.ts", R"(
import { prisma } from './prisma'
export async function a(posts: Post[]) {
  for (const post of posts) { post.author = await prisma.user.findUnique({ where: { id: post.authorId } }) }
}
)") == found);
    CHECK(broken("lib/a.ts", R"(
import { db } from './db'
export const a = (posts) => Promise.all(posts.map(async (p) => ({ ...p, n: await db.comment.count({ where: { p: p.id } }) })))
)") == found);
    CHECK(broken("lib/a.ts", R"(
import { db } from './db'
export async function a(ids: string[]) {
  const all = await db.user.findMany({ where: { id: { in: ids } } })
  for (const user of await db.user.findMany()) log(user)
  for (const kind of ['a', 'b']) await db.note.count({ where: { kind } })
  for (const chunk of chunks) { const f = () => db.user.findMany() }
  return all.map((user) => user.name)
}
export async function c(all) { for (const a of all) { while (true) { await db.user.findMany({ take: 9 }) } } }
export const b = (names) => names.map((name) => document.query(name))
)")
              .empty());
}

TEST_CASE("a database's client is not made for each request")
{
    names const found{"client-per-request"};
    CHECK(broken("app/a/route.ts", R"(
import { PrismaClient } from '@prisma/client'
export async function GET() { const prisma = new PrismaClient(); return Response.json(await prisma.a.findFirst()) }
)") == found);
    CHECK(broken("app/actions.ts", R"('use server'
import pg from 'pg'
export async function a() { const pool = new pg.Pool(); await pool.query('SELECT 1') }
)") == names{});
    CHECK(broken("app/actions.ts", R"('use server'
import { Pool } from 'pg'
export async function a() { const pool = new Pool(); await pool.query('SELECT 1') }
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { PrismaClient } from '@/generated/prisma/client'
export default async function Page() { const p = new PrismaClient({ adapter }); return <p>{await p.a.count()}</p> }
)") == found);
    CHECK(broken("lib/prisma.ts", R"(
import { PrismaClient } from '@prisma/client'
export const prisma = globalThis.prisma ?? new PrismaClient()
export function make() { return new PrismaClient() }
)")
              .empty());
    CHECK(broken("app/a/route.ts", R"(
import { Pool } from './swimming'
export async function GET() { return Response.json(new Pool()) }
)")
              .empty());
}

TEST_CASE("a list endpoint has an end")
{
    names const found{"unbounded-list"};
    CHECK(broken("app/a/route.ts", R"(
import { prisma } from '@/lib/prisma'
export async function GET() { return Response.json(await prisma.note.findMany()) }
)") == found);
    CHECK(broken("app/a/route.ts", R"(
import { db } from '@/lib/db'
export async function GET() { return Response.json(await db.query.notes.findMany({ orderBy: at })) }
)") == found);
    CHECK(broken("app/a/route.ts", R"(
import { prisma } from '@/lib/prisma'
export async function GET() { return Response.json(await prisma.note.findMany({ where: { open: true } })) }
)") == names{});
    CHECK(broken("app/a/route.ts", R"(
import { prisma } from '@/lib/prisma'
export async function GET(request: Request) {
  const options = page(request)
  return Response.json([
    await prisma.note.findMany({ take: 20 }),
    await prisma.note.findMany(options),
    await prisma.note.findMany({ ...options }),
  ])
}
export async function POST() { return Response.json(await prisma.note.findMany()) }
)")
              .empty());
    CHECK(broken(
              "lib/a.ts",
              "import { prisma } from './p'\nexport const GET = () => prisma.note.findMany()\n")
              .empty());
}

TEST_CASE("on the server a URL is absolute")
{
    names const found{"relative-fetch-on-server"};
    CHECK(broken("app/page.tsx", R"(
export default async function Page() { const r = await fetch('/api/notes'); return <p>{await r.text()}</p> }
)") == found);
    CHECK(broken("app/a/route.ts", R"(
export async function GET() { return fetch(`/api/notes/${1}`) }
)") == found);
    CHECK(broken("app/page.tsx", R"('use client'
export default function Page() { useEffect(() => { fetch('/api/notes') }); return <p /> }
)")
              .empty());
    CHECK(broken("app/page.tsx", R"(
import { fetch } from '@/lib/fetch'
export default async function Page() { await fetch('/api/notes'); return <p /> }
)")
              .empty());
    CHECK(broken("app/page.tsx", R"(
export default async function Page() { await fetch('https://a.example/api'); return <p /> }
)")
              .empty());
}

}  // namespace data_test
