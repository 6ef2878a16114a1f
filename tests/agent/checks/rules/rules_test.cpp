#include "agent/checks/rules/rules.hpp"
#include "rule_check.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>
#include <set>

namespace rules_test {

namespace fs = std::filesystem;
using agent::checks::check_rules;
using test::broken;
using test::checked_file;
using test::names;
using test::places;

namespace {

constexpr auto handler = "import { updateTag } from 'next/cache'\n"
                         "export async function POST() {\n";

// "app/guides/data-security" → "01-app/02-guides/data-security.md", as the docs are packed.
bool has_page(fs::path const& docs, std::string const& page)
{
    std::vector<fs::path> now{docs};
    std::string rest = page;
    while (!rest.empty()) {
        auto const part = rest.substr(0, rest.find('/'));
        rest.erase(0, std::min(part.size() + 1, rest.size()));
        std::vector<fs::path> next;
        for (auto const& folder : now) {
            if (!fs::is_directory(folder))
                continue;
            for (auto const& entry : fs::directory_iterator(folder)) {
                auto name = entry.path().filename().string();
                if (name.size() > 3 && std::isdigit(static_cast<unsigned char>(name[0])) != 0 &&
                    name[2] == '-')
                    name.erase(0, 3);
                if (name == part || name == part + ".md")
                    next.push_back(entry.path());
            }
        }
        now = next;
    }
    return !now.empty();
}

}  // namespace

TEST_CASE("every rule has an id of its own, a reason, and a page that Next.js has")
{
    auto const rules = agent::checks::describe_rules();
    CHECK(rules.size() >= 44);
    fs::path const docs =
        std::string(NBE_SOURCE_DIR) + "/examples/next-app/node_modules/next/dist/docs";
    std::set<std::string_view> ids;
    for (auto const& rule : rules) {
        CAPTURE(rule.id);
        CHECK(ids.insert(rule.id).second);
        CHECK(rule.reason.size() > 20);
        CHECK(rule.reason.find('\n') == std::string_view::npos);
        std::string const site = "https://nextjs.org/docs/";
        REQUIRE(rule.page.starts_with(site));
        if (fs::exists(docs))
            CHECK(has_page(docs, rule.page.substr(site.size())));
    }
}

TEST_CASE("findings come in the order of path, place and rule, whatever the order of the files")
{
    auto const text = std::string(handler) + "  updateTag('a'); updateTag('b')\n}\n";
    std::vector<checked_file> files{{"app/b/route.ts", text}, {"app/a/route.ts", text}};
    auto const found = check_rules(files, {});
    REQUIRE(found.size() == 4);
    CHECK(found[0].path == "app/a/route.ts");
    CHECK(
        places({found.begin(), found.begin() + 2}) ==
        names{"3:3 update-tag-outside-action", "3:19 update-tag-outside-action"});
    std::reverse(files.begin(), files.end());
    auto const again = check_rules(files, {});
    CHECK(places(again) == places(found));
    CHECK(found[0].page == "https://nextjs.org/docs/app/api-reference/functions/updateTag");
}

TEST_CASE("columns count characters, not bytes")
{
    auto const found = test::check_file(
        "app/a/route.ts", std::string(handler) + "  const ü = '€😀'; updateTag('a')\n}\n");
    CHECK(places(found) == names{"3:19 update-tag-outside-action"});
    CHECK(found[0].range.to == agent::checks::position{3, 28});
}

TEST_CASE("rules can be asked one by one")
{
    std::vector<checked_file> const files{
        {"middleware.ts",
         "export function middleware() { return process.env.NEXT_PUBLIC_SECRET }\n"}};
    CHECK(test::rules_of(check_rules(files, {})) == names{"middleware-file", "public-secret"});
    names const only{"public-secret"};
    CHECK(test::rules_of(check_rules(files, {}, nullptr, only)) == only);
}

TEST_CASE("a suppression with a reason holds for its line or the next")
{
    auto const with = [](std::string const& before, std::string const& behind) {
        return broken(
            "app/a/route.ts",
            handler + before + "  updateTag('a')" + behind + "\n  return new Response()\n}\n");
    };
    names const found{"update-tag-outside-action"};
    CHECK(with("", "") == found);
    CHECK(
        with("  // nextjs-backend-ignore update-tag-outside-action: a test of ours\n", "").empty());
    CHECK(with("  /* nextjs-backend-ignore update-tag-outside-action: a test of ours */\n", "")
              .empty());
    CHECK(with("", " // nextjs-backend-ignore update-tag-outside-action: a test of ours").empty());
    CHECK(with("  // nextjs-backend-ignore public-secret, update-tag-outside-action: both\n", "")
              .empty());
    CHECK(with(
              "  // nextjs-backend-ignore update-tag-outside-action: a test of ours\n  // and "
              "more\n\n",
              "")
              .empty());
    CHECK(with("  // nextjs-backend-ignore public-secret: another\n", "") == found);
    CHECK(
        with("  log() // nextjs-backend-ignore update-tag-outside-action: this line\n", "") ==
        found);
    CHECK(
        with("  // nextjs-backend-ignore update-tag-outside-action: too far\n  log()\n", "") ==
        found);
    CHECK(
        with("  log('// nextjs-backend-ignore update-tag-outside-action: no comment')\n", "") ==
        found);
    CHECK(broken(
              "middleware.ts",
              "// nextjs-backend-ignore middleware-file: it stays\n\nexport default 1\n")
              .empty());
}

TEST_CASE("a suppression without a reason, or of no rule, is a finding itself")
{
    CHECK(
        broken(
            "lib/a.ts",
            "// nextjs-backend-ignore public-secret\nexport const a = "
            "process.env.NEXT_PUBLIC_SECRET\n") ==
        names{"suppression-without-reason", "public-secret"});
    CHECK(broken("lib/a.ts", "// nextjs-backend-ignore\n") == names{"suppression-without-reason"});
    CHECK(
        broken("lib/a.ts", "// nextjs-backend-ignore all: because\n") ==
        names{"unknown-suppressed-rule"});
    CHECK(broken("lib/a.ts", "// what nextjs-backend-ignore does\n").empty());
}

TEST_CASE("what cannot be parsed is said, once, and nothing is made of it")
{
    auto const text =
        "import { updateTag } from 'next/cache'\nexport function GET() { updateTag( }\n";
    auto const found = test::check_file("app/a/route.ts", text);
    CHECK(test::rules_of(found) == names{"syntax-error"});
    CHECK(found[0].range.from.line == 2);
    CHECK(
        broken("app/a/route.ts", std::string(2 << 20, ' ') + "export default 1") ==
        names{"file-not-checked"});
    std::string deep = "export default ";
    for (int i = 0; i < 3000; ++i)
        deep += "[";
    for (int i = 0; i < 3000; ++i)
        deep += "]";
    CHECK(broken("app/a/route.ts", deep) == names{"file-not-checked"});
}

TEST_CASE("what is no script, and what no visitor reaches, is passed over")
{
    auto const text = "export const a = process.env.NEXT_PUBLIC_SECRET\n";
    CHECK(broken("lib/a.ts", text).size() == 1);
    for (auto const* path :
         {"lib/a.md",
          "lib/a.json",
          "types/a.d.ts",
          "lib/a.test.ts",
          "e2e/a.ts",
          "lib/a.stories.tsx"}) {
        CAPTURE(path);
        CHECK(broken(path, text).empty());
    }
    CHECK(check_rules({}, {}).empty());
}

TEST_CASE("one rule says no more than a hundred things of one file")
{
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "a(process.env.NEXT_PUBLIC_SECRET)\n";
    CHECK(broken("lib/a.ts", text).size() == 100);
}

TEST_CASE("no rule takes the worst of files amiss")
{
    // Each is a quadratic way through what a rule looks at, if there were one.
    std::string calls = "import { cookies } from 'next/headers'\nimport { db } from './db'\n";
    std::string names_of = calls;
    for (int i = 0; i < 8000; ++i) {
        calls += "const c = cookies(); db.a.create({ data: c });\n";
        names_of += "{ let cookies = 1; cookies() }\n";
    }
    auto const begin = std::chrono::steady_clock::now();
    broken("app/api/a/route.ts", "export async function POST(params) {\n" + calls + "}\n");
    broken("app/page.tsx", names_of);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace rules_test
