#include "agent/docs/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

bool plans(std::vector<agent::planned_lookup> const& plan, std::string_view library)
{
    return std::ranges::any_of(plan, [&](auto const& p) { return p.library == library; });
}

}  // namespace

TEST_CASE("the task itself is always looked up in Next.js's documentation first")
{
    auto const plan = agent::plan_lookups("Do something unusual", {});
    REQUIRE(plan.size() == 1);
    CHECK(plan[0].library == "next");
    CHECK(plan[0].question == "Do something unusual");
}

TEST_CASE("libraries that the task names are looked up, installed or not")
{
    auto const plan = agent::plan_lookups(
        "A Stripe webhook that stores the order with Prisma", {"next", "react"});
    CHECK(plans(plan, "stripe"));
    CHECK(plans(plan, "@prisma/client"));
    CHECK(!plans(plan, "react"));
}

TEST_CASE("an installed package is looked up when the task names it by its npm name")
{
    CHECK(plans(agent::plan_lookups("Log with hono-pino please", {"hono-pino"}), "hono-pino"));
}

TEST_CASE("a short name inside another word is no mention")
{
    CHECK(!plans(agent::plan_lookups("Fix the jesting clerks3 page", {}), "@aws-sdk/client-s3"));
    CHECK(!plans(agent::plan_lookups("Fix the jesting page", {}), "jest"));
}

TEST_CASE("a plan is bounded and asks nothing twice")
{
    auto const plan = agent::plan_lookups(
        "stripe prisma zod pino redis clerk resend s3 vitest webhook form cache auth upload",
        {"zod", "pino"});
    CHECK(plan.size() == 6);
    for (std::size_t i = 0; i < plan.size(); ++i)
        for (std::size_t j = i + 1; j < plan.size(); ++j)
            CHECK((plan[i].library != plan[j].library || plan[i].question != plan[j].question));
}

TEST_CASE("the caching that is looked up is the project's own")
{
    auto const asked = [](std::optional<bool> components) {
        for (auto const& p : agent::plan_lookups("Cache the list of notes", {}, components))
            if (p.question != "Cache the list of notes")
                return p.question;
        return std::string();
    };
    CHECK(asked(true).find("use cache") != std::string::npos);
    CHECK(asked(std::nullopt).find("use cache") != std::string::npos);
    CHECK(asked(false).find("unstable_cache") != std::string::npos);
}
