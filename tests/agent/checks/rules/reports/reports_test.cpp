#include "../rule_check.hpp"
#include "agent/checks/rules/reports/reports.hpp"
#include "protocol/json_text.hpp"

namespace reports_test {

using agent::checks::report_context;
using agent::checks::report_json;
using agent::checks::report_sarif;
using agent::checks::report_text;
using test::checked_file;

namespace {

std::vector<checked_file> const files{
    {"app/a/route.ts",
     "import { updateTag } from 'next/cache'\n\nexport async function POST() {\n"
     "\tupdateTag('a') // \x1b[31mred\n  return new Response()\n}\n"},
    {"middleware.ts", "export function middleware() {}\n"}};

report_context of_two()
{
    report_context out;
    out.files = 2;
    out.tool_version = "1.2.3";
    return out;
}

std::size_t count(std::string const& text, std::string_view part)
{
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++n;
    return n;
}

}  // namespace

TEST_CASE("a finding is shown with the code around it, which cannot talk to the terminal")
{
    auto const found = agent::checks::check_rules(files, {});
    auto const text = report_text(found, files, of_two());
    CHECK(
        text.find("app/a/route.ts:4:2 error update-tag-outside-action\n"
                  "  updateTag() throws outside of Server Actions") == 0);
    CHECK(
        text.find("    3 | export async function POST() {\n"
                  "  > 4 |  updateTag('a') // [31mred\n"
                  "      |  ^^^^^^^^^\n"
                  "    5 |   return new Response()\n"
                  "  https://nextjs.org/docs/app/api-reference/functions/updateTag\n") !=
        std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.ends_with("1 error and 1 warning in 2 files.\n"));
    CHECK(report_text({}, files, of_two()) == "Nothing found in 2 files.\n");
    auto brief = of_two();
    brief.frames = 0;
    CHECK(report_text(found, files, brief).find(" | ") == std::string::npos);
}

TEST_CASE("a report shows no secret and no endless line")
{
    std::string const key = "sk_live_" + std::string("9aZ3kQ7mW1xR5tY8bN2cV6dF4gH0jL");
    std::vector<checked_file> const one{
        {"lib/a.ts", "const a = '" + key + "'\nuse('" + key + "')\n"}};
    auto const text = report_text(agent::checks::check_rules(one, {}), one, {});
    CHECK(count(text, "hardcoded-credential") == 2);
    CHECK(text.find(key.substr(8)) == std::string::npos);
    CHECK(text.find("> 1 | const a = *****") != std::string::npos);

    std::vector<checked_file> const wide{
        {"lib/a.ts",
         "const é = '" + std::string(5000, 'x') + "', a = process.env.NEXT_PUBLIC_SECRET, b = '" +
             std::string(5000, 'y') + "'\n"}};
    auto const long_line = report_text(agent::checks::check_rules(wide, {}), wide, {});
    CHECK(long_line.size() < 1500);
    CHECK(long_line.find("process.env.NEXT_PUBLIC_SECRET, b") != std::string::npos);
}

TEST_CASE("JSON says where, what, why, and what would change")
{
    std::vector<checked_file> const one{
        {"lib/a.ts",
         "import { revalidateTag } from 'next/cache'\nexport const a = () => "
         "revalidateTag('a')\n"}};
    auto const report = report_json(agent::checks::check_rules(one, {}), {1, "", 0});
    std::string text;
    mcp::append_json(text, report);
    CHECK(
        text.find(
            R"("rule":"revalidate-tag-one-argument","severity":"error","path":"lib/a.ts","line":2,"column":24,"end_line":2,"end_column":42)") !=
        std::string::npos);
    CHECK(text.find(R"("fix":[{"begin":83,"end":83,"text":", 'max'"}])") != std::string::npos);
    CHECK(text.find(R"("errors":1,"warnings":0,"files":1)") != std::string::npos);
}

TEST_CASE("SARIF has a rule for each result, and places relative to the source")
{
    auto const log = report_sarif(agent::checks::check_rules(files, {}), of_two());
    CHECK(log.at("version") == "2.1.0");
    auto const& run = log.at("runs").at(0);
    auto const& driver = run.at("tool").at("driver");
    CHECK(driver.at("semanticVersion") == "1.2.3");
    auto const& rules = driver.at("rules").get_array();
    CHECK(rules.size() == agent::checks::describe_rules().size());
    auto const& results = run.at("results").get_array();
    REQUIRE(results.size() == 2);
    for (auto const& one : results) {
        auto const index = one.at("ruleIndex").to_number<std::size_t>();
        CHECK(rules[index].at("id") == one.at("ruleId"));
    }
    CHECK(results[0].at("level") == "error");
    auto const& place = results[0].at("locations").at(0).at("physicalLocation");
    CHECK(place.at("artifactLocation").at("uri") == "app/a/route.ts");
    CHECK(place.at("artifactLocation").at("uriBaseId") == "%SRCROOT%");
    CHECK(place.at("region").at("startLine").to_number<int>() == 4);
}

}  // namespace reports_test
