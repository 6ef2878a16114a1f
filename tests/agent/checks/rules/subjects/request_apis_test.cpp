#include "../rule_check.hpp"
#include "agent/checks/rules/fixes.hpp"

namespace request_apis_test {

using test::broken;
using test::names;

namespace {

std::string fixed(std::string const& path, std::string const& text)
{
    auto const found = test::check_file(path, text);
    return agent::checks::apply_fixes(text, found).text;
}

}  // namespace

TEST_CASE("cookies(), headers() and draftMode() are awaited before anything is asked of them")
{
    names const found{"sync-request-api"};
    CHECK(broken("lib/a.ts", R"(
import { cookies } from 'next/headers'
export async function a() { return cookies().get('a')?.value }
)") == found);
    CHECK(broken("lib/a.ts", R"(
import { headers as of } from 'next/headers'
export async function a() { const all = of(); if (1) { return all.get('host') } }
)") == found);
    CHECK(broken("lib/a.ts", R"(
import { draftMode } from 'next/headers'
export async function a() { const { isEnabled } = draftMode(); return isEnabled }
)") == found);
    CHECK(broken("lib/a.ts", R"(
import { cookies } from 'next/headers'
export async function a() {
  const store = await cookies()
  const later = cookies()
  cookies().then((all) => all.get('a'))
  return [(await cookies()).get('a'), store.get('b'), await later, (await later).get('c')]
}
)")
              .empty());
    CHECK(broken("lib/a.ts", R"(
import { headers } from './own'
export async function a() { return headers().get('a') }
)")
              .empty());
    // Of a Request they are no promise.
    CHECK(broken("app/api/a/route.ts", R"(
import { cookies } from 'next/headers'
export async function GET(request: Request) { await cookies(); return Response.json(request.headers.get('a')) }
)")
              .empty());
    test::project_facts old;
    old.next = std::pair(14, 2);
    CHECK(broken(
              "lib/a.ts",
              "import { cookies } from 'next/headers'\nexport const a = () => cookies().get('a')\n",
              old)
              .empty());
}

TEST_CASE("what is missing is put there, where the function is async already")
{
    CHECK(
        fixed(
            "lib/a.ts",
            "import { cookies } from 'next/headers'\n"
            "export async function a() { return cookies().get('a') }\n") ==
        "import { cookies } from 'next/headers'\n"
        "export async function a() { return (await cookies()).get('a') }\n");
    CHECK(
        fixed(
            "lib/a.ts",
            "import { cookies } from 'next/headers'\n"
            "export async function a() { const c = cookies(); return c.get('a') }\n") ==
        "import { cookies } from 'next/headers'\n"
        "export async function a() { const c = await cookies(); return c.get('a') }\n");
    std::string const sync = "import { cookies } from 'next/headers'\n"
                             "export function a() { return cookies().get('a') }\n";
    CHECK(fixed("lib/a.ts", sync) == sync);
    CHECK(
        fixed(
            "app/a/[id]/route.ts",
            "export async function GET(_: Request, { params }: C) { const { id } = params; return "
            "Response.json(id) }\n") == "export async function GET(_: Request, { params }: C) { "
                                        "const { id } = await params; return "
                                        "Response.json(id) }\n");
}

TEST_CASE("params and searchParams are promises")
{
    names const found{"sync-params"};
    CHECK(broken("app/a/[id]/route.ts", R"(
export async function GET(request: Request, { params }: { params: { id: string } }) {
  return Response.json(params.id)
}
)") == found);
    CHECK(broken("app/a/[id]/route.ts", R"(
export async function GET(request: Request, context: { params: { id: string } }) {
  const { id } = context.params
  return Response.json(id)
}
)") == found);
    CHECK(broken("app/a/[id]/route.ts", R"(
export async function GET(_: Request, { params: { id } }: { params: { id: string } }) {
  return Response.json(id)
}
)") == found);
    CHECK(broken("app/a/[id]/page.tsx", R"(
export default function Page({ params, searchParams }: P) { return <p>{searchParams.q}</p> }
)") == found);
    CHECK(broken("app/a/[id]/page.tsx", R"(
export async function generateMetadata(props: P) { return { title: props.params.id } }
export default function Page() { return <p /> }
)") == found);
}

TEST_CASE("params that are awaited, unwrapped, passed on or somebody else's are let be")
{
    CHECK(broken("app/a/[id]/route.ts", R"(
export async function GET(request: Request, { params }: RouteContext<'/a/[id]'>) {
  const { id } = await params
  const url = new URL(request.url)
  return Response.json([id, (await params).id, url.searchParams.get('q')])
}
)")
              .empty());
    CHECK(broken("app/a/[id]/page.tsx", R"(
import { use } from 'react'
export default function Page({ params }: P) {
  const { id } = use(params)
  params.then((p) => p.id)
  return <Child params={params} id={id} />
}
function Child({ params }: { params: { id: string } }) { return <p>{params.id}</p> }
)")
              .empty());
    CHECK(broken("app/a/[id]/page.tsx", R"(
export async function generateStaticParams({ params }: { params: { lang: string } }) { return [{ id: params.lang }] }
export default async function Page(props: P) {
  const params = await props.params
  return <p>{params.id}</p>
}
)")
              .empty());
    CHECK(
        broken("lib/a.ts", "export default function a({ params }) { return params.id }\n").empty());
    CHECK(broken("app/page.tsx", R"(
export default async function Page() {
  const list = all.map(({ params }) => params.id)
  return <p>{list}</p>
}
)")
              .empty());
}

TEST_CASE("a page that renders sets no cookies")
{
    names const found{"cookies-set-in-render"};
    CHECK(broken("app/page.tsx", R"(
import { cookies } from 'next/headers'
export default async function Page() { (await cookies()).set('a', '1'); return <p /> }
)") == found);
    CHECK(broken("app/layout.tsx", R"(
import { cookies } from 'next/headers'
export default async function Layout() { const jar = await cookies(); jar.delete('a'); return <p /> }
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { cookies } from 'next/headers'
export default async function Page() {
  const seen = new Map(); seen.set('a', 1)
  async function save() { 'use server'; (await cookies()).set('a', '1') }
  return <form action={save}>{(await cookies()).get('a')?.value}</form>
}
)")
              .empty());
}

TEST_CASE("rendering and cached functions invalidate nothing")
{
    CHECK(broken("app/page.tsx", R"(
import { revalidatePath } from 'next/cache'
export default async function Page() { revalidatePath('/'); return <p /> }
)") == names{"revalidate-in-render"});
    CHECK(broken("lib/a.ts", R"(
import { revalidateTag } from 'next/cache'
export async function a() { 'use cache'; revalidateTag('a', 'max') }
)") == names{"revalidate-in-render"});
    CHECK(broken("app/api/a/route.ts", R"(
import { revalidatePath } from 'next/cache'
export async function POST() { revalidatePath('/'); return new Response() }
)")
              .empty());
}

}  // namespace request_apis_test
