#include "../rule_check.hpp"

namespace routes_test {

using test::broken;
using test::names;

TEST_CASE("a route file exports functions by the names of methods, and no default")
{
    auto const found = broken("app/a/route.ts", R"(
export default async function handler() { return new Response() }
)");
    CHECK(found == names{"route-default-export"});
    CHECK(
        broken("app/a/route.ts", "export async function get() { return new Response() }\n") ==
        names{"route-without-handler"});
    CHECK(
        broken("app/a/route.ts", "export const dynamic = 'auto'\n") ==
        names{"route-without-handler"});
    CHECK(broken("app/a/route.ts", "export const { GET, POST } = handlers\n").empty());
    CHECK(broken("app/a/route.ts", "export { GET, POST } from '@/lib/auth'\n").empty());
    CHECK(broken("app/a/route.ts", "export * from '@/lib/auth'\n").empty());
    CHECK(broken("app/a/route.ts", "const h = 1\nexport { h as GET, h as POST }\n").empty());
    CHECK(broken("lib/route.ts", "export default 1\n").empty());
    CHECK(broken("app/route/page.tsx", "export default function Page() { return null }\n").empty());
    // The default of a switch is none.
    CHECK(broken(
              "app/a/route.ts",
              "export function GET() { switch (1) { default: return new Response() } }\n")
              .empty());
}

TEST_CASE("Route Handlers do not speak as the Pages Router does")
{
    CHECK(broken("app/a/route.ts", R"(
import type { NextApiRequest, NextApiResponse } from 'next'
export function GET(req: NextApiRequest, res: NextApiResponse) { res.json({}) }
)") == names{"pages-api-types-in-route", "pages-api-types-in-route"});
    CHECK(broken("pages/api/a.ts", R"(
import type { NextApiRequest, NextApiResponse } from 'next'
export default function handler(req: NextApiRequest, res: NextApiResponse) { res.json({}) }
)")
              .empty());
}

TEST_CASE("what leaves by throwing is not caught")
{
    names const found{"redirect-in-try"};
    CHECK(broken("app/actions.ts", R"('use server'
import { redirect } from 'next/navigation'
export async function save() {
  try { await work(); if (ok) { redirect('/done') } } catch (e) { return { error: 'failed' } }
}
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { notFound as missing } from 'next/navigation'
export default async function Page() { try { missing() } catch { return <p /> } }
)") == found);
    CHECK(broken("app/actions.ts", R"('use server'
import { redirect, unstable_rethrow } from 'next/navigation'
export async function a() { try { await work() } catch { return 1 } redirect('/a') }
export async function b() { try { redirect('/a') } catch (e) { unstable_rethrow(e); return 1 } }
export async function c() { try { redirect('/a') } catch (e) { log(e); throw e } }
export async function d() { try { redirect('/a') } finally { close() } }
export async function e() { try { await work() } catch { redirect('/failed') } }
export async function f() { try { run(() => { redirect('/a') }) } catch { return 1 } }
)")
              .empty());
    CHECK(broken("app/a/route.ts", R"(
export async function GET() { try { return Response.redirect('/') } catch { return new Response() } }
)")
              .empty());
    CHECK(broken("lib/a.ts", R"(
import { redirect } from '@/lib/router'
export function a() { try { redirect('/') } catch { return 1 } }
)")
              .empty());
}

TEST_CASE("stack traces stay on the server")
{
    names const found{"stack-to-client"};
    CHECK(broken("app/a/route.ts", R"(
export async function GET() {
  try { return new Response() } catch (e) { return Response.json({ error: e.message, stack: e.stack }, { status: 500 }) }
}
)") == found);
    CHECK(broken("app/a/route.ts", R"(
export async function GET() {
  try { return new Response() } catch (e) { return new Response(JSON.stringify({ s: (e as Error).stack })) }
}
)") == found);
    CHECK(broken("app/a/route.ts", R"(
export async function GET() {
  try { return new Response() } catch (e) { console.error(e.stack); return Response.json({ error: 'failed' }) }
}
)")
              .empty());
    CHECK(broken(
              "app/a/route.ts",
              "export function GET() { return Response.json(log({ a: tech.stack })) }\n")
              .empty());
}

TEST_CASE("credentials and the origin * exclude one another")
{
    names const found{"cors-wildcard-with-credentials"};
    CHECK(broken("app/a/route.ts", R"(
const headers = { 'Access-Control-Allow-Origin': '*', 'access-control-allow-credentials': 'true' }
export function GET() { return new Response('', { headers }) }
)") == found);
    CHECK(broken("proxy.ts", R"(
export function proxy() {
  const r = new Response()
  r.headers.set('Access-Control-Allow-Origin', '*')
  r.headers.set('Access-Control-Allow-Credentials', 'true')
  return r
}
)") == found);
    CHECK(broken("next.config.ts", R"(
export default { headers: async () => [{ source: '/api/:p*', headers: [
  { key: 'Access-Control-Allow-Credentials', value: 'true' },
  { key: 'Access-Control-Allow-Origin', value: '*' },
] }] }
)") == found);
    CHECK(broken("app/a/route.ts", R"(
const open = { 'Access-Control-Allow-Origin': '*' }
const mine = { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' }
export function GET() { return new Response('', { headers: { ...open, ...mine } }) }
)")
              .empty());
    CHECK(broken("lib/cors.ts", R"(
export function a(r) { r.headers.set('Access-Control-Allow-Origin', '*') }
export function b(r) { r.headers.set('Access-Control-Allow-Credentials', 'true') }
)")
              .empty());
}

}  // namespace routes_test
