#include "agent/project/source/source_facts.hpp"

#include <doctest/doctest.h>

namespace source_facts_test {

using agent::read_next_config;
using agent::read_source;

using names = std::vector<std::string>;

namespace {

std::string value_of(agent::config_facts const& facts, std::string_view name)
{
    for (auto const& flag : facts.flags)
        if (flag.name == name)
            return flag.value;
    return "absent";
}

}  // namespace

TEST_CASE("exported HTTP methods are found in every form of export")
{
    CHECK(
        read_source("export async function POST() {}\nexport const GET = async () => {}").methods ==
        names{"GET", "POST"});
    CHECK(
        read_source("export { GET, handler as POST, PUT as put }").methods == names{"GET", "POST"});
    CHECK(
        read_source("export const { GET, POST } = toNextJsHandler(auth)").methods ==
        names{"GET", "POST"});
    CHECK(read_source("export function DELETE() {}").methods == names{"DELETE"});
    CHECK(read_source("function GET() {}\n// export const POST = 1\nconst s = 'export const PUT'")
              .methods.empty());
}

TEST_CASE("server actions are told by their directive alone")
{
    CHECK(read_source("'use server'\nexport async function a() {}").server_actions);
    CHECK(read_source("// licence\n\"use strict\";\n\"use server\";").server_actions);
    CHECK(read_source("async function a() {\n  'use server'\n}").server_actions);
    CHECK_FALSE(read_source("const x = 'use server'").server_actions);
    CHECK_FALSE(read_source("'use client'\n// 'use server'").server_actions);
    CHECK_FALSE(read_source("import x from 'x'\n'use server'").server_actions);
}

TEST_CASE("names of environment variables are found, their values never")
{
    CHECK(
        read_source(R"(
const a = process.env.DATABASE_URL ?? 'postgres://secret'
const b = process.env['STRIPE_KEY']
const { REDIS_URL, PORT = '3000' } = process.env
const c = process.env
const d = process.env[name]
// process.env.COMMENTED
)")
            .environment == names{"DATABASE_URL", "PORT", "REDIS_URL", "STRIPE_KEY"});
}

TEST_CASE("next.config is read as far as it is plain")
{
    auto const facts = read_next_config(R"(
import type { NextConfig } from 'next'
const nextConfig: NextConfig = {
  cacheComponents: true,
  // typedRoutes: true,
  output: 'standalone',
  serverExternalPackages: ['pino', "sharp"],
  basePath: process.env.BASE,
  experimental: {
    authInterrupts: true,
    serverActions: { bodySizeLimit: '2mb' },
  },
  webpack: (config) => { config.output = { typedRoutes: true }; return config },
  async headers() { return [] },
  reactStrictMode: true,
}
export default nextConfig
)");
    CHECK(value_of(facts, "cacheComponents") == "true");
    CHECK(value_of(facts, "output") == "standalone");
    CHECK(value_of(facts, "serverExternalPackages") == "[pino, sharp]");
    CHECK(value_of(facts, "basePath") == "present");
    CHECK(value_of(facts, "experimental.authInterrupts") == "true");
    CHECK(value_of(facts, "experimental.serverActions") == "present");
    CHECK(value_of(facts, "experimental.serverActions.bodySizeLimit") == "2mb");
    CHECK(value_of(facts, "typedRoutes") == "absent");
    CHECK(value_of(facts, "reactStrictMode") == "absent");
    CHECK_FALSE(facts.partial);
}

TEST_CASE("computed and spread configuration is only known to be there")
{
    auto const facts = read_next_config(
        "module.exports = { ...base, cacheComponents: flag ? true : false, output: `x${y}` }");
    CHECK(value_of(facts, "cacheComponents") == "present");
    CHECK(value_of(facts, "output") == "present");
    CHECK(facts.partial);
    CHECK(
        value_of(
            read_next_config("const c = {}\nc.cacheComponents = true\nmodule.exports = c"),
            "cacheComponents") == "true");
    CHECK(
        value_of(read_next_config("export default { cacheComponents }"), "cacheComponents") ==
        "present");
    auto const assigned = read_next_config(
        "const c = {}\nc.experimental = { ppr: true }\nmodule.exports = { cacheComponents: true }");
    CHECK(value_of(assigned, "experimental.ppr") == "true");
    CHECK(value_of(assigned, "cacheComponents") == "true");
    CHECK(read_next_config("{{{{ not even ] code").flags.empty());
}

}  // namespace source_facts_test
