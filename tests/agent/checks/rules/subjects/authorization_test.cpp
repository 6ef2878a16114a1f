#include "../rule_check.hpp"

namespace authorization_test {

using test::broken;
using test::names;

namespace {

test::project_facts with_users()
{
    test::project_facts out;
    out.authentication = true;
    return out;
}

}  // namespace

TEST_CASE("an action that changes data asks who calls, in a project that knows its users")
{
    names const found{"action-without-auth"};
    auto const text = R"('use server'
import { db } from '@/lib/db'
export async function remove(id: string) { await db.post.delete({ where: { id } }) }
)";
    CHECK(broken("app/actions.ts", text, with_users()) == found);
    CHECK(broken("app/actions.ts", text).empty());
    CHECK(
        broken(
            "app/actions.ts",
            R"('use server'
import { prisma } from '@/lib/prisma'
export const rename = async (id: string, title: string) => {
  await prisma.note.update({ where: { id }, data: { title } })
}
)",
            with_users()) == found);
    // A module for sessions says as much as a package.
    std::vector<test::checked_file> files{
        {"app/actions.ts", text}, {"lib/session.ts", "export const a = 1\n"}};
    CHECK(test::rules_of(agent::checks::check_rules(files, {})) == found);
}

TEST_CASE("an action where somebody thought of the caller is let be")
{
    auto const silent = [](std::string const& body) {
        return broken(
                   "app/actions.ts",
                   "'use server'\nimport { db } from '@/lib/db'\nimport * as lib from '@/lib/all'\n"
                   "async function gate() { if (!(await lib.getSession())) throw new Error() }\n" +
                       body,
                   with_users())
            .empty();
    };
    CHECK(silent("export async function a(id: string) { await lib.auth(); await db.post.delete({ "
                 "where: { id } }) }\n"));
    CHECK(silent("export async function a(id: string) { await gate(); await db.post.delete({ "
                 "where: { id } }) }\n"));
    CHECK(silent("export const a = lib.authed(async (id: string) => { await db.post.delete({ "
                 "where: { id } }) })\n"));
    CHECK(silent("export async function signUp(form: FormData) { await db.person.create({ data: { "
                 "n: 1 } }) }\n"));
    CHECK(silent("export async function a() { return db.post.findMany() }\n"));
    CHECK(silent(
        "export async function a(id: string) { await lib.removePost(id); updateTag('a') }\n"));
}

TEST_CASE("all that a caller sends does not go to the database")
{
    names const found{"input-not-validated"};
    CHECK(broken("app/api/users/route.ts", R"(
import { prisma } from '@/lib/prisma'
export async function POST(request: Request) {
  const body = await request.json()
  return Response.json(await prisma.user.create({ data: body }))
}
)") == found);
    CHECK(broken("app/api/users/route.ts", R"(
import { db } from '@/lib/db'
export async function PATCH(req: Request) {
  await db.update(users).set({ ...(await req.json()), at: 1 })
  return new Response()
}
)") == found);
    CHECK(broken("app/actions.ts", R"('use server'
import { db } from '@/lib/db'
export async function save(profile: Profile) { await db.insert(profiles).values(profile) }
)") == found);
    CHECK(broken("app/actions.ts", R"('use server'
import { db } from '@/lib/db'
export async function save(form: FormData) { await db.user.update({ where: { id: 1 }, data: Object.fromEntries(form) }) }
)") == found);
}

TEST_CASE("input that was parsed, or fields that were chosen, may go to the database")
{
    CHECK(broken("app/api/users/route.ts", R"(
import { prisma } from '@/lib/prisma'
import { newUser } from '@/lib/users'
export async function POST(request: Request) {
  const body = newUser.parse(await request.json())
  return Response.json(await prisma.user.create({ data: body }))
}
)")
              .empty());
    CHECK(broken("app/actions.ts", R"('use server'
import { db } from '@/lib/db'
export async function a(form: FormData) { await db.post.create({ data: { title: form.get('title') as string } }) }
export async function b(id: string) { await db.post.delete({ where: { id } }) }
async function helper(post: Post) { await db.post.create({ data: post }) }
)")
              .empty());
    CHECK(broken("lib/users.ts", R"(
import { db } from '@/lib/db'
export async function create(user: NewUser) { await db.user.create({ data: user }) }
)")
              .empty());
    // A Map's set is no database's.
    CHECK(broken("app/api/a/route.ts", R"(
const db = new Map()
export async function POST(request: Request) { db.set('a', await request.json()); return new Response() }
)")
              .empty());
}

}  // namespace authorization_test
