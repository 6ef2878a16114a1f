#include "../rule_check.hpp"

namespace secrets_test {

using test::broken;
using test::names;

namespace {

// Put together, so that nobody's scanner takes this file for a leak.
std::string key(std::string const& begins)
{
    return begins + "9aZ3kQ7mW1xR5tY8bN2cV6dF4gH0jL";
}

}  // namespace

TEST_CASE("a secret has no public name")
{
    names const found{"public-secret"};
    CHECK(
        broken("lib/a.ts", "export const s = process.env.NEXT_PUBLIC_STRIPE_SECRET_KEY\n") ==
        found);
    CHECK(broken("lib/a.ts", "export const s = process.env['NEXT_PUBLIC_DB_PASSWORD']\n") == found);
    CHECK(broken("lib/a.ts", "export const s = process.env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY\n")
              .empty());
    CHECK(broken("lib/a.ts", "export const s = process.env.NEXT_PUBLIC_MAPBOX_TOKEN\n").empty());
    CHECK(broken("lib/a.ts", "export const s = process.env.STRIPE_SECRET_KEY\n").empty());
    CHECK(broken(
              "lib/a.ts",
              "// NEXT_PUBLIC_SECRET is not to be\nexport const s = 'NEXT_PUBLIC_SECRET'\n")
              .empty());
}

TEST_CASE("the browser has no private variables")
{
    names const found{"private-env-in-client"};
    CHECK(broken("app/a.tsx", "'use client'\nexport const a = process.env.API_URL\n") == found);
    CHECK(broken("app/a.tsx", "'use client'\nexport const a = process.env.NEXT_PUBLIC_API_URL\n")
              .empty());
    CHECK(broken(
              "app/a.tsx", "'use client'\nexport const a = process.env.NODE_ENV === 'production'\n")
              .empty());
    CHECK(broken("lib/a.ts", "export const a = process.env.API_URL\n").empty());
    test::project_facts inlined;
    inlined.config.push_back({"env", "present"});
    CHECK(broken("app/a.tsx", "'use client'\nexport const a = process.env.API_URL\n", inlined)
              .empty());
}

TEST_CASE("there is no key in the source")
{
    names const found{"hardcoded-credential"};
    auto const text = [](std::string const& value) { return "export const a = '" + value + "'\n"; };
    CHECK(broken("lib/a.ts", text(key("sk_live_"))) == found);
    CHECK(broken("lib/a.ts", text(key("ghp_") + "ABCDEFG")) == found);
    CHECK(broken("lib/a.ts", text(key("sk-ant-"))) == found);
    CHECK(broken("lib/a.ts", text("postgres://app:h3jKq0x@db.acme.io:5432/app")) == found);
    auto const one = test::check_file("lib/a.ts", text(key("sk_live_")));
    REQUIRE(one.size() == 1);
    CHECK(one[0].secret);
    CHECK(one[0].message.find(key("")) == std::string::npos);
    CHECK(broken("lib/a.ts", text("sk_live_your_key_goes_here_please")).empty());
    CHECK(broken("lib/a.ts", text("sk_live_xxxxxxxxxxxxxxxxxxxxxxxx")).empty());
    CHECK(broken("lib/a.ts", text("sk_test_")).empty());
    CHECK(broken("lib/a.ts", text("postgres://postgres:postgres@localhost:5432/app")).empty());
    CHECK(broken("lib/a.ts", text("postgres://user:password@db.acme.io/app")).empty());
    CHECK(broken("lib/a.ts", text("redis://cache.internal:6379")).empty());
    CHECK(broken("lib/a.ts", "export const a = `postgres://${user}:${password}@${host}/app`\n")
              .empty());
    CHECK(broken("tests/a.test.ts", text(key("sk_live_"))).empty());
}

TEST_CASE("a secret that everybody can read is none")
{
    names const found{"secret-in-source"};
    CHECK(
        broken(
            "lib/a.ts",
            "import jwt from 'jsonwebtoken'\nexport const t = jwt.sign({ a: 1 }, 'hunter2')\n") ==
        found);
    CHECK(
        broken(
            "lib/a.ts",
            "import { verify } from 'jsonwebtoken'\nconst key = 'k'\nexport const t = verify(a, "
            "key)\n") == found);
    CHECK(broken("lib/a.ts", "export const s = process.env.JWT_SECRET ?? 'dev-secret'\n") == found);
    CHECK(broken("lib/a.ts", "export const s = process.env.JWT_SECRET || ''\n").empty());
    CHECK(
        broken("lib/a.ts", "export const s = process.env.API_URL ?? 'http://localhost'\n").empty());
    CHECK(
        broken("lib/a.ts", "export const s = process.env.DATABASE_URL ?? 'file:dev.db'\n").empty());
    CHECK(broken(
              "lib/a.ts",
              "import jwt from 'jsonwebtoken'\nexport const t = jwt.sign({ a: 1 }, "
              "process.env.KEY!)\n")
              .empty());
    CHECK(broken(
              "lib/a.ts",
              "import { sign } from './own'\nexport const t = sign('a', 'b', process.env.X)\n")
              .empty());
}

}  // namespace secrets_test
