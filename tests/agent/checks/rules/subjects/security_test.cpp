#include "../rule_check.hpp"

namespace security_test {

using test::broken;
using test::names;

TEST_CASE("SQL is not put together from strings")
{
    names const found{"sql-from-strings"};
    CHECK(
        broken(
            "lib/a.ts",
            "export const a = (id) => db.query(`SELECT * FROM users WHERE id = ${id}`)\n") ==
        found);
    CHECK(
        broken(
            "lib/a.ts",
            "export const a = (id) => pool.query('SELECT * FROM users WHERE id = ' + id)\n") ==
        found);
    CHECK(
        broken(
            "lib/a.ts",
            "export const a = (n) => prisma.$queryRawUnsafe(`select * from users where name = "
            "'${n}'`)\n") == found);
    CHECK(broken("lib/a.ts", R"(
export async function a(id: string) {
  const text = `DELETE FROM notes WHERE id = '${id}'`
  await client.execute(text)
}
)") == found);
    CHECK(
        broken(
            "lib/a.ts",
            "export const a = (id) => pool.query({ text: `SELECT 1 WHERE id = ${id}` })\n") ==
        found);
}

TEST_CASE("what a request brings into SQL is told, however it came there")
{
    names const found{"sql-from-strings"};
    CHECK(broken("app/a/[id]/route.ts", R"(
export async function GET(_: Request, { params }: C) {
  const { id } = await params
  return Response.json(await db.query(`SELECT * FROM a WHERE id = ${id}`))
}
)") == found);
    CHECK(broken("app/a/route.ts", R"(
export async function POST(request: Request) {
  const body = await request.json()
  const form = request.nextUrl.searchParams.get('q')
  await db.query("UPDATE a SET b = '" + body.b + "'")
  return Response.json(await db.query(`SELECT * FROM a WHERE id = ${form}`))
}
)") == names{"sql-from-strings", "sql-from-strings"});
}

TEST_CASE("SQL with parameters, tags and constants is let be")
{
    auto const silent = [](std::string const& text) { return broken("lib/a.ts", text).empty(); };
    CHECK(
        silent("export const a = (id) => pool.query('SELECT * FROM users WHERE id = $1', [id])\n"));
    CHECK(silent(
        "export const a = (id) => prisma.$queryRaw`SELECT * FROM users WHERE id = ${id}`\n"));
    CHECK(
        silent("export const a = (id) => db.execute(sql`SELECT * FROM users WHERE id = ${id}`)\n"));
    CHECK(silent(
        "const TABLE = 'users'\nexport const a = () => db.query(`SELECT * FROM ${TABLE}`)\n"));
    CHECK(silent(
        "const table = 'users'\nexport const a = () => db.query(`SELECT * FROM ${table}`)\n"));
    CHECK(silent("export const a = (ids) => db.query(`SELECT * FROM a WHERE id IN (${ids.map(() => "
                 "'?').join()})`, ids)\n"));
    CHECK(silent("export const a = (up) => db.query(`SELECT * FROM a ORDER BY id ${up ? 'ASC' : "
                 "'DESC'}`)\n"));
    CHECK(silent("export async function a() { const marks = await count(); return db.query(`SELECT "
                 "${marks}`) }\n"));
    CHECK(silent("export const a = (id) => api.query(`/select/${id}`)\n"));
    CHECK(silent("export const a = (id) => log(`SELECT ${id}`)\nexport const b = () => "
                 "db.query('SELECT 1')\n"));
    CHECK(silent("export const a = () => db.query('SELECT a, b ' + 'FROM c')\n"));
}

TEST_CASE("a caller does not say where a redirect leads")
{
    names const found{"open-redirect"};
    CHECK(broken("app/a/route.ts", R"(
import { redirect } from 'next/navigation'
export async function GET(request: NextRequest) { redirect(request.nextUrl.searchParams.get('to')!) }
)") == found);
    CHECK(broken("app/actions.ts", R"('use server'
import { redirect } from 'next/navigation'
export async function login(formData: FormData) { const next = formData.get('next') as string; redirect(next) }
)") == found);
    CHECK(broken("proxy.ts", R"(
import { NextResponse } from 'next/server'
export function proxy(request) { return NextResponse.redirect(request.nextUrl.searchParams.get('to')) }
)") == found);
    CHECK(broken("app/a/route.ts", R"(
import { redirect } from 'next/navigation'
import { NextResponse } from 'next/server'
export async function GET(request: NextRequest) {
  const to = request.nextUrl.searchParams.get('to')
  if (to) return NextResponse.redirect(new URL('/' + to, request.url))
  redirect(safe(to))
}
export async function POST() { const urls = new Map(); redirect(urls.get('a')) }
)")
              .empty());
}

TEST_CASE("a session's cookie is for the server alone")
{
    names const found{"session-cookie-open"};
    CHECK(broken("lib/session.ts", R"(
import { cookies } from 'next/headers'
export async function start(token: string) { (await cookies()).set('session', token) }
)") == found);
    CHECK(broken("lib/session.ts", R"(
import { cookies } from 'next/headers'
const NAME = 'auth_token'
export async function start(token: string) {
  const jar = await cookies()
  jar.set({ name: NAME, value: token, httpOnly: false })
}
)") == found);
    CHECK(broken("lib/session.ts", R"(
import { cookies } from 'next/headers'
export async function a(token: string, options: object) {
  const jar = await cookies()
  jar.set('session', token, { httpOnly: true, secure: true })
  jar.set('session', token, options)
  jar.set('session', token, { ...options, path: '/' })
  jar.set('session', '', { maxAge: 0 })
  jar.set('theme', 'dark')
  jar.set('csrf_token', token)
  new Map().set('session', token)
}
)")
              .empty());
}

}  // namespace security_test
