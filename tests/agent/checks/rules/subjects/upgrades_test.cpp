#include "../rule_check.hpp"
#include "agent/checks/rules/fixes.hpp"

namespace upgrades_test {

using test::broken;
using test::names;

TEST_CASE("names that were unstable are imported by those that they have now")
{
    std::string const text =
        "import { unstable_cacheTag as cacheTag, unstable_cacheLife } from 'next/cache'\n"
        "import { unstable_cache } from 'next/cache'\n";
    auto const found = test::check_file("lib/a.ts", text);
    CHECK(test::rules_of(found) == names{"unstable-name", "unstable-name"});
    CHECK(
        agent::checks::apply_fixes(text, found).text ==
        "import { cacheTag as cacheTag, cacheLife as unstable_cacheLife } from 'next/cache'\n"
        "import { unstable_cache } from 'next/cache'\n");
    CHECK(broken("lib/a.ts", "import { unstable_cacheTag } from './own'\n").empty());
}

TEST_CASE("a request has neither geo nor ip")
{
    names const found{"request-geo-ip"};
    CHECK(
        broken("proxy.ts", "export function proxy(request) { return log(request.geo.city) }\n") ==
        found);
    CHECK(
        broken(
            "app/a/route.ts",
            "export function GET(req: NextRequest) { return Response.json(req.ip) }\n") == found);
    CHECK(broken(
              "app/a/route.ts",
              "export function GET(req: NextRequest) { const client = { ip: 1 }; return "
              "Response.json(client.ip) }\n")
              .empty());
    CHECK(broken("lib/a.ts", "export function a(request) { return request.ip }\n").empty());
    test::project_facts old;
    old.next = std::pair(14, 0);
    CHECK(broken("middleware.ts", "export function middleware(r) { return r.geo }\n", old).empty());
}

TEST_CASE("below app the Pages Router is not there")
{
    names const found{"pages-router-in-app"};
    CHECK(
        broken(
            "app/a.tsx",
            "'use client'\nimport { useRouter } from 'next/router'\nexport const A = () => "
            "useRouter().asPath\n") == found);
    CHECK(
        broken(
            "app/page.tsx",
            "export async function getServerSideProps() { return {} }\nexport default function P() "
            "{ return null }\n") == found);
    CHECK(broken(
              "pages/index.tsx",
              "import { useRouter } from 'next/router'\nexport async function getStaticProps() { "
              "return {} }\nexport default function P() { return null }\n")
              .empty());
    CHECK(broken(
              "app/a.tsx",
              "'use client'\nimport { useRouter } from 'next/navigation'\nexport const A = () => "
              "useRouter().push('/')\n")
              .empty());
}

TEST_CASE("options that have gone are told, wherever the configuration keeps them")
{
    names const found{"removed-config-option"};
    CHECK(
        broken(
            "next.config.ts",
            "const config: NextConfig = { experimental: { ppr: true } }\nexport default "
            "config\n") == found);
    CHECK(broken("next.config.js", "module.exports = { serverRuntimeConfig: {} }\n") == found);
    CHECK(
        broken(
            "next.config.mjs",
            "const config = { eslint: { ignoreDuringBuilds: true } }\nexport default "
            "withMDX(config)\n") == found);
    CHECK(broken(
              "next.config.ts",
              "export default { cacheComponents: true, experimental: { authInterrupts: true } } "
              "satisfies NextConfig\n")
              .empty());
    CHECK(broken(
              "next.config.ts",
              "const other = { eslint: {} }\nexport default { env: { eslint: 'x' } }\n")
              .empty());
    test::project_facts old;
    old.next = std::pair(15, 0);
    CHECK(broken("next.config.js", "module.exports = { eslint: {} }\n", old).empty());
    CHECK(
        broken(
            "next.config.js",
            "module.exports = { experimental: { instrumentationHook: true } }\n",
            old) == found);
}

}  // namespace upgrades_test
