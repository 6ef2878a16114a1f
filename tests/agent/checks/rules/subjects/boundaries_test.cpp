#include "../rule_check.hpp"

namespace boundaries_test {

using agent::checks::check_rules;
using test::checked_file;
using test::names;

namespace {

test::project_facts with_alias()
{
    test::project_facts out;
    out.aliases.push_back({"@/*", {"./src/*"}});
    return out;
}

names broken_in(
    std::vector<checked_file> const& files, std::map<std::string, std::string> others = {})
{
    return test::rules_of(check_rules(files, with_alias(), test::reader(std::move(others))));
}

}  // namespace

TEST_CASE("code of the server does not reach the browser, however long the way")
{
    names const found{"server-code-in-client"};
    CHECK(
        broken_in(
            {{"app/a.tsx",
              "'use client'\nimport { cookies } from 'next/headers'\nexport const a = () => "
              "cookies()\n"}}) == found);
    CHECK(
        broken_in(
            {{"app/a.tsx",
              "'use client'\nimport fs from 'node:fs'\nexport const a = fs.existsSync('x')\n"}}) ==
        found);
    std::vector<checked_file> const files{
        {"src/app/a.tsx",
         "'use client'\nimport { title } from '@/lib/title'\nexport const A = () => title()\n"}};
    std::map<std::string, std::string> const others{
        {"src/lib/title.ts",
         "import { notes } from './notes.js'\nexport const title = () => notes.length\n"},
        {"src/lib/notes.ts", "export * from './db'\n"},
        {"src/lib/db/index.ts", "import 'server-only'\nexport const notes = []\n"}};
    auto const chain = check_rules(files, with_alias(), test::reader(others));
    REQUIRE(test::rules_of(chain) == found);
    CHECK(
        chain[0].message.find(
            "src/app/a.tsx → src/lib/title.ts → src/lib/notes.ts → src/lib/db/index.ts → "
            "server-only") != std::string::npos);
    CHECK(chain[0].range.from.line == 2);
}

TEST_CASE("types and Server Actions may be imported by a Client Component")
{
    std::map<std::string, std::string> const others{
        {"lib/db.ts", "import 'server-only'\nexport type Note = {}\nexport interface Tag {}\n"},
        {"app/actions.ts",
         "'use server'\nimport { db } from '../lib/db'\nexport async function save() { await "
         "db.a() }\n"},
        {"lib/mixed.ts",
         "import { type Note, Tag } from './db'\nexport const size = (n: Note, t: Tag) => 1\n"}};
    CHECK(broken_in(
              {{"app/a.tsx",
                "'use client'\nimport type { Note } from '../lib/db'\nexport const A = (n: Note) "
                "=> null\n"}},
              others)
              .empty());
    CHECK(broken_in(
              {{"app/a.tsx",
                "'use client'\nimport { type Note } from '../lib/db'\nexport const A = (n: Note) "
                "=> null\n"}},
              others)
              .empty());
    CHECK(broken_in(
              {{"app/a.tsx",
                "'use client'\nimport { Note } from '../lib/db'\nexport const A = (n: Note) => "
                "null\n"}},
              others)
              .empty());
    CHECK(broken_in(
              {{"app/a.tsx",
                "'use client'\nimport { save } from './actions'\nexport const A = () => <a "
                "onClick={save} />\n"}},
              others)
              .empty());
    CHECK(broken_in(
              {{"app/a.tsx",
                "'use client'\nimport { size } from '../lib/mixed'\nexport const A = () => "
                "size()\n"}},
              others)
              .empty());
    CHECK(broken_in({{"app/a.tsx",
                      "'use client'\nimport React from 'react'\nimport { gone } from "
                      "'./nowhere'\nexport const A = gone\n"}})
              .empty());
    // One way is of types alone, another is not.
    auto both = others;
    both["lib/other.ts"] = "import { db } from './db'\nexport const all = () => db.all()\n";
    CHECK(
        broken_in(
            {{"app/a.tsx",
              "'use client'\nimport { Note } from '../lib/db'\nimport { all } from "
              "'../lib/other'\nexport const A = (n: Note) => all()\n"}},
            both) == names{"server-code-in-client"});
}

TEST_CASE("imports that go round in circles end")
{
    CHECK(broken_in(
              {{"app/a.tsx", "'use client'\nimport { b } from './b'\nexport const a = b\n"}},
              {{"app/b.ts", "import { c } from './c'\nexport const b = c\n"},
               {"app/c.ts",
                "import { b } from './b'\nimport { a } from './a'\nexport const c = [a, b]\n"}})
              .empty());
}

TEST_CASE("every slot of parallel routes has a default")
{
    std::vector<checked_file> const page{
        {"app/@modal/page.tsx", "export default function Page() { return null }\n"}};
    CHECK(broken_in(page) == names{"slot-without-default"});
    CHECK(broken_in(page, {{"app/@modal/default.tsx", ""}}).empty());
    CHECK(test::rules_of(check_rules(page, {})).empty());
    CHECK(broken_in(
              {{"app/@modal/login/page.tsx", "export default function Page() { return null }\n"}})
              .empty());
}

}  // namespace boundaries_test
