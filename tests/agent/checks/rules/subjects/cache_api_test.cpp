#include "../rule_check.hpp"
#include "agent/checks/rules/fixes.hpp"

namespace cache_api_test {

using test::broken;
using test::names;
using test::with_cache_components;

TEST_CASE("segment options and Cache Components exclude one another")
{
    auto const text = "export const dynamic = 'force-dynamic'\nexport const runtime = 'nodejs';\n"
                      "export async function GET() { return new Response() }\n";
    auto const found = test::check_file("app/api/a/route.ts", text, with_cache_components(true));
    CHECK(
        test::rules_of(found) ==
        names{"segment-config-with-cache-components", "segment-config-with-cache-components"});
    auto const fixed = agent::checks::apply_fixes(text, found);
    CHECK(fixed.text == "export async function GET() { return new Response() }\n");
    CHECK(fixed.fixes == 2);
    CHECK(broken("app/api/a/route.ts", text, with_cache_components(false)).empty());
    CHECK(broken("app/api/a/route.ts", text).empty());
    auto const on = with_cache_components(true);
    CHECK(broken("lib/config.ts", "export const dynamic = 'force-dynamic'\n", on).empty());
    CHECK(broken(
              "app/page.tsx",
              "export const maxDuration = 5\nexport type revalidate = number\n"
              "export default function Page() { return <p /> }\n",
              on)
              .empty());
    // An option that is declared with something else cannot be cut out blindly.
    auto const two = test::check_file(
        "app/page.tsx", "export const revalidate = 1, other = 2\nexport default () => null\n", on);
    REQUIRE(two.size() == 1);
    CHECK(two[0].fix.empty());
}

TEST_CASE("the edge runtime is on its way out")
{
    auto const text =
        "export const runtime = 'edge'\nexport function GET() { return new Response() }\n";
    CHECK(broken("app/a/route.ts", text, with_cache_components(false)) == names{"edge-runtime"});
    CHECK(
        broken("app/a/route.ts", text, with_cache_components(true)) ==
        names{"segment-config-with-cache-components"});
    test::project_facts old;
    old.next = std::pair(14, 2);
    CHECK(broken("app/a/route.ts", text, old).empty());
    CHECK(broken(
              "app/a/route.ts",
              "export const runtime = 'nodejs' // not edge\nexport function GET() {}\n")
              .empty());
}

TEST_CASE("'use cache' does nothing where it is not switched on")
{
    auto const text = "export async function a() { 'use cache'; return 1 }\n";
    CHECK(
        broken("lib/a.ts", text, with_cache_components(false)) == names{"use-cache-without-flag"});
    CHECK(broken("lib/a.ts", text, with_cache_components(true)).empty());
    CHECK(broken("lib/a.ts", text).empty());
    auto flagged = with_cache_components(false);
    flagged.config.push_back({"experimental.useCache", "true"});
    CHECK(broken("lib/a.ts", text, flagged).empty());
}

TEST_CASE("a cache profile is one of those that there are")
{
    auto const text = [](std::string const& profile) {
        return "import { cacheLife } from 'next/cache'\n"
               "export async function a() { 'use cache'; cacheLife(" +
               profile + ") }\n";
    };
    auto const on = with_cache_components(true);
    CHECK(broken("lib/a.ts", text("'hour'"), on) == names{"unknown-cache-profile"});
    CHECK(broken("lib/a.ts", text("'hours'"), on).empty());
    CHECK(broken("lib/a.ts", text("{ expire: 5 }"), on).empty());
    CHECK(broken("lib/a.ts", text("profile"), on).empty());
    auto declared = on;
    declared.config.push_back({"cacheLife", "present"});
    CHECK(broken("lib/a.ts", text("'blog'"), declared).empty());
    CHECK(broken("lib/a.ts", text("'blog'")).empty());
}

TEST_CASE("cacheLife and cacheTag are called in cached functions")
{
    names const found{"cache-api-outside-cache"};
    CHECK(broken("app/a/route.ts", R"(
import { cacheTag } from 'next/cache'
export async function GET() { cacheTag('a'); return new Response() }
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { cacheLife } from 'next/cache'
export default async function Page() { cacheLife('hours'); return <p /> }
)") == found);
    CHECK(broken("app/page.tsx", R"(
import { cacheLife } from 'next/cache'
export default async function Page() { 'use cache'; cacheLife('hours'); return <p /> }
)")
              .empty());
    CHECK(broken("lib/a.ts", R"(
import { cacheTag } from 'next/cache'
export function tagged(id: string) { cacheTag(id) }
)")
              .empty());
}

}  // namespace cache_api_test
