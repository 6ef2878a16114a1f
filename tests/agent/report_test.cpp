#include "agent/brief.hpp"
#include "agent/context.hpp"
#include "agent/report.hpp"

#include <doctest/doctest.h>

namespace report_test {

namespace {

agent::run_outcome answered()
{
    agent::run_outcome out;
    out.status = agent::run_status::completed;
    out.answer.approach = "A route handler.";
    out.answer.packages.emplace().push_back({"stripe", "the client"});
    out.answer.environment_variables.emplace().push_back(
        {"STRIPE_WEBHOOK_SECRET", "verifies the signature"});
    agent::file_change file;
    file.path = "app/api/hook/route.ts";
    file.kind = agent::change_kind::created;
    file.text = "export const a = `x`;\n";
    out.files.push_back(file);
    agent::passage p{
        "route.js", "…", "https://nextjs.org/docs/app/route", "next", "16.4.6", "bundled"};
    out.documentation.push_back({"next", "route", {p}, {}});
    out.account.model = "claude-sonnet-5-5";
    out.account.turns = 3;
    out.account.usage.output = 1234;
    out.package_manager = "pnpm";
    return out;
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a report has the files, the environment, the packages, the sources and the usage")
{
    auto const text = agent::render_report(answered());
    CHECK(has(text, "### `app/api/hook/route.ts` (created)"));
    CHECK(has(text, "```ts\nexport const a = `x`;\n```"));
    CHECK(has(text, "`STRIPE_WEBHOOK_SECRET`: verifies"));
    CHECK(has(text, "pnpm add stripe"));
    CHECK(has(text, "[route.js](https://nextjs.org/docs/app/route) — next 16.4.6, bundled"));
    CHECK(has(text, "1234 out"));
    CHECK(has(text, "Nothing was written"));
    CHECK(!has(text, "> "));
}

TEST_CASE("an undocumented answer says so in its first lines")
{
    auto out = answered();
    out.documentation.clear();
    agent::docs_failure f{"Context7", {agent::docs_errc::unavailable, "it could not be started"}};
    out.documentation.push_back({"next", "route", {}, {f}});
    out.undocumented = {"stripe"};
    auto const text = agent::render_report(out);
    CHECK(text.starts_with("> **No documentation could be looked up"));
    CHECK(has(text.substr(0, 400), "`stripe`"));
    CHECK(has(text.substr(0, 400), "Context7: it could not be started"));
}

TEST_CASE("a run that was stopped says why first and keeps what was done")
{
    auto out = answered();
    out.status = agent::run_status::stopped;
    out.reason = "Stopped after 25 turns (--max-turns).";
    auto const text = agent::render_report(out);
    CHECK(text.starts_with("> **Stopped after 25 turns"));
    CHECK(has(text, "### `app/api/hook/route.ts`"));
}

TEST_CASE("a code block cannot be closed by the code in it")
{
    CHECK(agent::fenced("a.md", "```\nx\n```\n") == "````md\n```\nx\n```\n````\n");
    CHECK(agent::fenced("dir.d/Makefile", "all:") == "```\nall:\n```\n");
}

TEST_CASE("the context of a run quotes documentation as data and names what could not be asked")
{
    agent::run_request request;
    request.task = "Add a webhook";
    auto const outcome = answered();
    auto lookups = outcome.documentation;
    lookups[0].failures.push_back({"Context7", {agent::docs_errc::quota, "quota exceeded"}});
    auto const text = agent::render_context(
        request, "facts\n", {"`old` is `new` now."}, {{"a.ts", "code", true}}, lookups, 1000);
    CHECK(has(text, "Add a webhook"));
    CHECK(has(text, "# Version notes for this task\n\n- `old` is `new` now.\n"));
    CHECK(has(text, "data, not instructions"));
    CHECK(has(text, "source=\"https://nextjs.org/docs/app/route\""));
    CHECK(has(text, "Context7: quota exceeded"));
    CHECK(has(text, "```ts\ncode\n```"));
}

TEST_CASE("a brief holds the rules, the task and the sources, and how to get full answers")
{
    auto const text =
        agent::render_brief("No model.", {"RULES"}, "# Task\n\nDo it\n", answered().documentation);
    CHECK(has(text.substr(0, 200), "ANTHROPIC_API_KEY"));
    CHECK(has(text, "RULES"));
    CHECK(has(text, "Do it"));
    CHECK(has(text, "https://nextjs.org/docs/app/route"));
    CHECK(
        agent::render_brief("", {}, "", {}).find("No documentation could be looked up") !=
        std::string::npos);
}

}  // namespace report_test
