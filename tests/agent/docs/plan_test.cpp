#include "agent/docs/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

namespace plan_test {

using agent::fingerprint;
using agent::knowledge;
using agent::plan_notes;
using agent::planned_lookup;

namespace {

using names = std::vector<std::string>;

// A project that has these packages: "zod", "next@15.5.2", "vitest@5.1.0 dev".
fingerprint project_with(names const& packages)
{
    fingerprint out;
    out.package_json = true;
    for (auto text : packages) {
        agent::dependency d;
        if (text.ends_with(" dev")) {
            d.development = true;
            text.resize(text.size() - 4);
        }
        auto const at = text.find('@', 1);
        d.name = text.substr(0, at);
        if (at != std::string::npos)
            d.installed = text.substr(at + 1);
        if (d.name == "next")
            out.next_version = d.installed;
        out.dependencies.push_back(std::move(d));
    }
    return out;
}

std::vector<planned_lookup> plan(std::string_view task, names const& packages = {})
{
    return agent::plan_lookups(knowledge(), task, task, project_with(packages));
}

bool plans(std::vector<planned_lookup> const& plan, std::string_view library)
{
    return std::ranges::any_of(plan, [&](auto const& p) { return p.library == library; });
}

std::string asked(std::vector<planned_lookup> const& plan, std::string_view library)
{
    std::string out;
    for (auto const& p : plan)
        if (p.library == library)
            out += p.question + "; ";
    return out;
}

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool says(names const& notes, std::string_view part)
{
    return std::ranges::any_of(notes, [&](auto const& note) { return has(note, part); });
}

}  // namespace

TEST_CASE("the task itself is always looked up in Next.js's documentation first")
{
    auto const found = plan("Do something unusual");
    REQUIRE(found.size() == 1);
    CHECK(found[0].library == "next");
    CHECK(found[0].question == "Do something unusual");
}

TEST_CASE("what goes out is the question or a text of the list, never the task itself")
{
    auto const found = agent::plan_lookups(
        knowledge(),
        "Add a Stripe webhook; the key is sk_live_canary",
        "Add a Stripe webhook",
        project_with({"zod"}));
    CHECK(found.size() > 3);
    for (auto const& p : found)
        CHECK(!has(p.question, "canary"));
}

TEST_CASE("libraries that the task names are looked up, installed or not")
{
    auto const found =
        plan("A Stripe webhook that stores the order with Prisma", {"next", "react"});
    CHECK(plans(found, "stripe"));
    CHECK(plans(found, "@prisma/client"));
    CHECK(!plans(found, "react"));
    CHECK(has(asked(found, "stripe"), "constructEvent raw body signature"));
    CHECK(has(asked(found, "next"), "raw body signature"));
}

TEST_CASE("people's words for a library are understood")
{
    struct row {
        char const* task;
        char const* package;
    };
    for (auto const& tested :
         {row{"Upload to S3", "@aws-sdk/client-s3"},
          row{"Upload to Cloudflare R2", "@aws-sdk/client-s3"},
          row{"Put it on Vercel Blob", "@vercel/blob"},
          row{"Use NextAuth", "next-auth"},
          row{"Use Auth.js", "next-auth"},
          row{"with Better Auth", "better-auth"},
          row{"sync users from Clerk", "@clerk/nextjs"},
          row{"pay by PayPal", "@paypal/paypal-server-sdk"},
          row{"send it with Resend", "resend"},
          row{"a Trigger.dev task", "@trigger.dev/sdk"},
          row{"an Upstash Redis cache", "@upstash/redis"},
          row{"a Redis cache", "redis"},
          row{"MongoDB collection", "mongodb"},
          row{"the AI SDK", "ai"},
          row{"Use @Auth/Core", "@auth/core"},
          row{"a tRPC router", "@trpc/server"}}) {
        CAPTURE(tested.task);
        auto const& [task, package] = tested;
        auto const found = plan(task);
        CHECK(plans(found, package));
        CHECK(std::ranges::count_if(found, [](auto const& p) { return p.library != "next"; }) <= 2);
    }
}

TEST_CASE("a word that several packages share means those that are installed")
{
    CHECK(plans(plan("Cache it in Redis", {"ioredis"}), "ioredis"));
    CHECK(!plans(plan("Cache it in Redis", {"ioredis"}), "redis"));
    CHECK(plans(plan("Cache it in Redis", {"@upstash/redis"}), "@upstash/redis"));
    CHECK(plans(plan("Read from Postgres", {"postgres"}), "postgres"));
    CHECK(!plans(plan("Read from Postgres", {"postgres"}), "pg"));
    CHECK(plans(plan("Sign a JWT", {"jsonwebtoken"}), "jsonwebtoken"));
    auto const prisma = plan("A query with Prisma", {"@prisma/client", "prisma dev"});
    CHECK(plans(prisma, "@prisma/client"));
    CHECK(!plans(prisma, "prisma"));
    CHECK(!plans(plan("Limit it with Upstash Redis", {"redis"}), "redis"));
}

TEST_CASE("a package whose name is an everyday word is meant only where it is installed")
{
    CHECK(!plans(plan("Resend the invitation through the workflow"), "resend"));
    CHECK(!plans(plan("Resend the invitation through the workflow"), "workflow"));
    CHECK(!plans(plan("Write a request to the AI team"), "ai"));
    CHECK(plans(plan("Resend the invitation", {"resend"}), "resend"));
}

TEST_CASE("an installed package that no list knows is looked up when the task names it")
{
    CHECK(plans(plan("Log with hono-pino please", {"hono-pino"}), "hono-pino"));
    CHECK(!plans(plan("Log with hono-pino please", {"hono-pino"}), "pino"));
    CHECK(!plans(plan("Check the types", {"types dev"}), "types"));
}

TEST_CASE("a short name inside another word is no mention")
{
    CHECK(!plans(plan("Fix the jesting clerks3 page"), "@aws-sdk/client-s3"));
    CHECK(!plans(plan("Fix the jesting page"), "jest"));
}

TEST_CASE("what is installed beside a named library is looked up for what the task wants of it")
{
    names const all{"next", "@upstash/redis", "@upstash/ratelimit"};
    CHECK(plans(plan("Limit logins in Upstash with a rate limit", all), "@upstash/ratelimit"));
    CHECK(!plans(plan("Cache the list in Upstash", all), "@upstash/ratelimit"));
    CHECK(!plans(plan("Limit logins in Upstash with a rate limit"), "@upstash/ratelimit"));
}

TEST_CASE("the job calls for what is installed, without being named")
{
    names const packages{
        "next@16.4.6",
        "better-auth",
        "zod",
        "drizzle-orm",
        "pg",
        "ioredis",
        "resend",
        "@vercel/blob",
        "stripe",
        "bullmq",
        "pino",
        "vitest dev"};
    struct row {
        char const* task;
        char const* package;
    };
    for (auto const& tested :
         {row{"Protect the dashboard: only after login", "better-auth"},
          row{"Add a server action that renames a note", "zod"},
          row{"Write the route handler of /api/notes", "zod"},
          row{"Add a table for comments", "drizzle-orm"},
          row{"Speed up the query of the list", "drizzle-orm"},
          row{"Limit the endpoint: rate limiting per user", "ioredis"},
          row{"Send an email to the owner", "resend"},
          row{"Let users upload an avatar", "@vercel/blob"},
          row{"Add a checkout for the plan", "stripe"},
          row{"Do it in a background job", "bullmq"},
          row{"Log every failure", "pino"},
          row{"Write unit tests for it", "vitest"}}) {
        CAPTURE(tested.task);
        auto const& [task, package] = tested;
        CHECK(plans(plan(task, packages), package));
        CHECK(!plans(plan(task), package));
        CHECK(plan(task, packages).front().library == "next");
    }
    CHECK(!plans(plan("Add a table for comments", packages), "pg"));
    CHECK(!plans(plan("Add a table for comments with Prisma", packages), "drizzle-orm"));
}

TEST_CASE("a plan is bounded and asks nothing twice")
{
    auto const found = plan(
        "stripe prisma zod pino redis clerk s3 vitest webhook form cache auth upload",
        {"zod", "pino"});
    CHECK(found.size() == agent::planned_lookups);
    for (std::size_t i = 0; i < found.size(); ++i)
        for (std::size_t j = i + 1; j < found.size(); ++j)
            CHECK((found[i].library != found[j].library || found[i].question != found[j].question));
    CHECK(agent::plan_lookups(knowledge(), "stripe zod", "x", {}, 2).size() == 2);
}

TEST_CASE("every area of the expert's prompt has a question of its own")
{
    struct row {
        char const* task;
        char const* asks;
    };
    for (auto const& tested :
         {row{"Add a server action", "server actions"},
          row{"Write an API endpoint", "route handlers route.ts"},
          row{"Stream the answer", "ReadableStream"},
          row{"Set up CORS", "CORS headers"},
          row{"Rate limiting for the search", "rate limiting"},
          row{"Redirect old URLs", "redirects"},
          row{"A/B testing of the price page", "A/B testing"},
          row{"Set a strict CSP", "content security policy"},
          row{"Monitor failures", "onRequestError"},
          row{"Handle errors", "global-error"},
          row{"Deploy it with Docker", "standalone"},
          row{"Read environment variables", "environment variables"},
          row{"Paginate the list", "searchParams"},
          row{"A catch-all route", "catch-all"},
          row{"An intercepting route", "intercepting routes"},
          row{"Set a cookie", "cookies"},
          row{"Draft mode for editors", "draftMode"},
          row{"Keep secrets out of the client", "server-only"},
          row{"Prerender it", "generateStaticParams"},
          row{"Fetch the data in parallel", "parallel sequential"},
          row{"Use a connection pool", "data access layer"},
          row{"Upgrade from Next 15", "upgrading"},
          row{"Run it on the edge runtime", "nodejs runtime"},
          row{"Trace with OpenTelemetry", "instrumentation"}}) {
        CAPTURE(tested.task);
        auto const& [task, asks] = tested;
        auto const found = asked(plan(task), "next");
        CAPTURE(found);
        CHECK(has(found, asks));
    }
}

TEST_CASE("the caching that is looked up is the project's own")
{
    auto const caching = [](std::optional<bool> components) {
        fingerprint project;
        project.cache_components = components;
        auto const task = "Cache the list of notes";
        return asked(agent::plan_lookups(knowledge(), task, "q", project), "next");
    };
    CHECK(has(caching(true), "use cache"));
    CHECK(has(caching(std::nullopt), "use cache"));
    CHECK(!has(caching(std::nullopt), "unstable_cache"));
    CHECK(has(caching(false), "unstable_cache"));
    CHECK(!has(caching(false), "cacheTag"));
}

TEST_CASE("before Next.js 16 it is middleware that is looked up, from then on proxy")
{
    auto const task = "Add middleware that redirects";
    CHECK(has(asked(plan(task, {"next@16.4.6"}), "next"), "proxy.ts"));
    CHECK(has(asked(plan(task, {"next@15.5.2"}), "next"), "middleware.ts"));
    CHECK(!has(asked(plan(task, {"next@15.5.2"}), "next"), "proxy.ts"));
    CHECK(has(asked(plan(task), "next"), "proxy.ts"));
}

TEST_CASE("instead of a library that has gone its successor is looked up, unless it is installed")
{
    CHECK(plans(plan("Add login with Lucia"), "better-auth"));
    CHECK(!plans(plan("Add login with Lucia"), "lucia"));
    CHECK(plans(plan("Add login with Lucia", {"lucia"}), "lucia"));
    CHECK(plans(plan("Cache it in Vercel KV"), "@upstash/redis"));
    CHECK(plans(plan("Use @paypal/checkout-server-sdk"), "@paypal/paypal-server-sdk"));
}

TEST_CASE("what has gone or is called differently now is noted, once, where it is spoken of")
{
    knowledge const known;
    CHECK(plan_notes(known, "Add a note").empty());
    CHECK(says(plan_notes(known, "Add login with Lucia"), "Lucia has ended"));
    CHECK(says(plan_notes(known, "Add login", project_with({"lucia"})), "Lucia has ended"));
    CHECK(says(plan_notes(known, "Add auth middleware"), "proxy.ts"));
    CHECK(says(plan_notes(known, "x", project_with({"@vercel/kv"})), "@upstash/redis"));
    CHECK(says(plan_notes(known, "Run next lint in CI"), "`next lint` is gone"));
    CHECK(says(plan_notes(known, "use the old @paypal/checkout-server-sdk"), "deprecated"));
    CHECK(says(plan_notes(known, "use prisma-client-js"), "prisma-client"));
    CHECK(plan_notes(known, "middleware, middleware.ts and Middleware").size() == 1);
    for (auto const& note : plan_notes(known, "middleware lucia next lint oslo vercel kv"))
        CHECK(!has(note, "\n"));
}

TEST_CASE("a change of a later version than the installed one is not noted")
{
    knowledge const known;
    CHECK(plan_notes(known, "Add middleware", project_with({"next@15.5.2"})).empty());
    CHECK(!plan_notes(known, "Add middleware", project_with({"next@16.0.0"})).empty());
    CHECK(
        says(plan_notes(known, "the unstable_after call", project_with({"next@15.5.2"})), "after"));
    auto ranged = project_with({"zod", "next"});
    ranged.dependencies[0].range = "^3.23.0";
    CHECK(plan_notes(known, "format error.flatten()", ranged).empty());
    ranged.dependencies[0].range = "^4.0.0";
    CHECK(says(plan_notes(known, "format error.flatten()", ranged), "z.flattenError"));
    CHECK(plan_notes(known, "format error.flatten()", project_with({"next"})).empty());
}

TEST_CASE("the files of a project speak of old names, too")
{
    auto project = project_with({"next@16.4.6"});
    CHECK(plan_notes(knowledge(), "Add a note", project).empty());
    project.middleware = "src/middleware.ts";
    project.config = {{"experimental.dynamicIO", "true"}, {"serverRuntimeConfig", "present"}};
    auto const notes = plan_notes(knowledge(), "Add a note", project);
    CHECK(notes.size() == 3);
    CHECK(says(notes, "proxy"));
    CHECK(says(notes, "cacheComponents"));
    CHECK(says(notes, "serverRuntimeConfig"));
}

TEST_CASE("a plan of a huge task and project is quick, and notes are bounded")
{
    knowledge const known;
    names packages{"next@16.4.6"};
    for (int i = 0; i < 400; ++i)
        packages.push_back("package-" + std::to_string(i));
    for (auto const& l : known.libraries())
        packages.push_back(l.package + "@99.0.0");
    auto const project = project_with(packages);
    std::string task;
    for (auto const& package : packages)
        task += package + " ";
    while (task.size() < (1 << 21))
        task += "redis prisma middleware next lint @@@ ";
    auto const start = std::chrono::steady_clock::now();
    CHECK(agent::plan_lookups(known, task, "q", project).size() == agent::planned_lookups);
    CHECK(plan_notes(known, task, project).size() <= 12);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

}  // namespace plan_test
