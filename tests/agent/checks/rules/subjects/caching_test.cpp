#include "../rule_check.hpp"

namespace caching_test {

using test::broken;
using test::names;

TEST_CASE("updateTag is for Server Actions alone, whatever it is called and wherever it hides")
{
    names const found{"update-tag-outside-action"};
    CHECK(broken("app/api/a/route.ts", R"(
import { updateTag } from 'next/cache'
export async function POST() { updateTag('a'); return new Response() }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"(
import { updateTag as u } from 'next/cache'
export const POST = async () => { u('a'); return new Response() }
)") == found);
    CHECK(broken("src/app/a/route.js", R"(
import * as cache from 'next/cache'
const invalidate = () => cache.updateTag('a')
export { POST }
async function POST() { invalidate(); return new Response() }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"(
export async function POST() {
  const { updateTag } = await import('next/cache')
  updateTag('a')
  return new Response()
}
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { updateTag } from 'next/cache'
export default async function Page() { updateTag('a'); return <p /> }
)") == found);
    CHECK(broken("app/button.tsx", R"('use client'
import { updateTag } from 'next/cache'
export function Button() { return <button onClick={() => updateTag('a')} /> }
)") == found);
    CHECK(broken("proxy.ts", R"(
import { updateTag } from 'next/cache'
export function proxy() { updateTag('a') }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"(
import { updateTag } from 'next/cache'
import { withAuth } from '@/lib/auth'
export const POST = withAuth(async () => { updateTag('a'); return new Response() })
)") == found);
}

TEST_CASE("updateTag in an action, of somebody else, or where nobody knows who calls is let be")
{
    CHECK(broken("app/actions.ts", R"('use server'
import { updateTag } from 'next/cache'
export async function save() { updateTag('a') }
)")
              .empty());
    CHECK(broken("app/page.tsx", R"(
import { updateTag } from 'next/cache'
export default function Page() {
  async function save() { 'use server'; updateTag('a') }
  return <form action={save} />
}
)")
              .empty());
    CHECK(broken("app/api/a/route.ts", R"(
function updateTag(tag: string) {}
export async function POST() { updateTag('a'); return new Response() }
)")
              .empty());
    CHECK(broken("app/api/a/route.ts", R"(
import { updateTag } from '@/lib/cache'
export async function POST() { updateTag('a'); return new Response() }
)")
              .empty());
    CHECK(broken("app/api/a/route.ts", R"(
import { updateTag } from 'next/cache'
export async function POST() { const updateTag = (tag: string) => tag; updateTag('a'); return new Response() }
)")
              .empty());
    CHECK(broken("lib/notes.ts", R"(
import { updateTag } from 'next/cache'
export function changed() { updateTag('notes') }
)")
              .empty());
    CHECK(broken("app/api/a/route.ts", R"(
// updateTag('a') throws here
export async function POST() { return new Response("updateTag") }
)")
              .empty());
}

TEST_CASE("refresh of next/cache is for Server Actions alone")
{
    CHECK(broken("app/api/a/route.ts", R"(
import { refresh } from 'next/cache'
export async function POST() { refresh(); return new Response() }
)") == names{"refresh-outside-action"});
    CHECK(broken("app/actions.ts", R"('use server'
import { refresh } from 'next/cache'
export async function save() { refresh() }
)")
              .empty());
    CHECK(broken("app/a.tsx", R"('use client'
import { useRouter } from 'next/navigation'
export function A() { const { refresh } = useRouter(); return <a onClick={() => refresh()} /> }
)")
              .empty());
}

TEST_CASE("revalidateTag takes a profile since Next.js 16")
{
    auto const text = R"(
import { revalidateTag as again } from 'next/cache'
export async function POST() { again('a'); return new Response() }
)";
    auto const found = test::check_file("app/api/a/route.ts", text);
    REQUIRE(test::rules_of(found) == names{"revalidate-tag-one-argument"});
    REQUIRE(found[0].fix.size() == 1);
    CHECK(found[0].fix[0].text == ", 'max'");
    CHECK(found[0].range.from == agent::checks::position{3, 32});
    test::project_facts old;
    old.next = std::pair(15, 5);
    CHECK(broken("app/api/a/route.ts", text, old).empty());
    CHECK(broken("lib/a.ts", R"(
import { revalidateTag } from 'next/cache'
export function a(all: [string, string]) { revalidateTag('a', 'max'); revalidateTag(...all) }
)")
              .empty());
    CHECK(broken("lib/a.ts", "const revalidateTag = (tag) => tag\nrevalidateTag('a')\n").empty());
}

TEST_CASE("a Route Handler's own body cannot be cached")
{
    names const found{"use-cache-in-handler"};
    CHECK(broken("app/api/a/route.ts", R"(
export async function GET() { 'use cache'; return Response.json(1) }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"('use cache'
export async function GET() { return Response.json(1) }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"(
const GET = async () => { "use cache: remote"; return Response.json(1) }
export { GET }
)") == found);
    CHECK(broken("app/api/a/route.ts", R"(
async function read() { 'use cache'; return 1 }
export async function GET() { return Response.json(await read()) }
)")
              .empty());
    CHECK(broken("lib/a.ts", "export async function GET() { 'use cache'; return 1 }\n").empty());
}

TEST_CASE("a cached function reads nothing of the request")
{
    CHECK(broken("lib/a.ts", R"(
import { cookies, headers } from 'next/headers'
import { connection } from 'next/server'
export async function a() {
  'use cache'
  const store = await cookies()
  return [store.get('a'), await headers(), await connection()]
}
)") == names{"request-api-in-cache", "request-api-in-cache", "request-api-in-cache"});
    CHECK(broken("lib/a.ts", R"('use cache'
import { cookies } from 'next/headers'
export async function a() { return (await cookies()).get('a') }
)") == names{"request-api-in-cache"});
    CHECK(broken("lib/a.ts", R"(
import { cookies } from 'next/headers'
import { connection } from 'next/server'
export async function a() { 'use cache: private'; await cookies(); await connection() }
)") == names{"request-api-in-cache"});
    CHECK(broken("app/page.tsx", R"(
import { cookies, draftMode } from 'next/headers'
async function cached(id: string) { 'use cache'; return (await draftMode()).isEnabled }
export default async function Page() {
  const id = (await cookies()).get('id')?.value ?? ''
  return <p>{String(await cached(id))}</p>
}
)")
              .empty());
}

TEST_CASE("a cached function is async")
{
    auto const found =
        test::check_file("lib/a.ts", "export function a() { 'use cache'; return 1 }\n");
    REQUIRE(test::rules_of(found) == names{"cached-function-not-async"});
    REQUIRE(found[0].fix.size() == 1);
    CHECK(found[0].fix[0].begin == 7);
    CHECK(broken("lib/a.ts", "export const a = async () => { 'use cache'; return 1 }\n").empty());
    CHECK(broken("lib/a.ts", "export function a() { return 'use cache' }\n").empty());
}

}  // namespace caching_test
