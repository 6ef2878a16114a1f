#include "../rule_check.hpp"
#include "agent/checks/rules/fixes.hpp"

namespace proxy_test {

using test::broken;
using test::names;

TEST_CASE("middleware.ts is proxy.ts now, unless it needs the edge runtime")
{
    names const found{"middleware-file"};
    CHECK(broken("middleware.ts", "export function middleware() {}\n") == found);
    CHECK(broken("src/middleware.js", "export default function () {}\n") == found);
    CHECK(broken(
              "middleware.ts",
              "export function middleware() {}\nexport const config = { runtime: 'edge' }\n")
              .empty());
    CHECK(broken("lib/middleware.ts", "export function middleware() {}\n").empty());
    test::project_facts old;
    old.next = std::pair(15, 3);
    CHECK(broken("middleware.ts", "export function middleware() {}\n", old).empty());
}

TEST_CASE("a project has one of middleware and proxy")
{
    std::vector<test::checked_file> files{
        {"middleware.ts", "export function middleware() {}\n"},
        {"proxy.ts", "export function proxy() {}\n"}};
    CHECK(
        test::rules_of(agent::checks::check_rules(files, {})) ==
        names{"middleware-and-proxy", "middleware-file"});
    files[1].path = "lib/proxy.ts";
    CHECK(test::rules_of(agent::checks::check_rules(files, {})) == names{"middleware-file"});
    files.pop_back();
    CHECK(
        test::rules_of(agent::checks::check_rules(files, {}, test::reader({{"proxy.js", ""}}))) ==
        names{"middleware-and-proxy", "middleware-file"});
}

TEST_CASE("Proxy's runtime cannot be set")
{
    std::string const text =
        "export function proxy() {}\nexport const config = { runtime: 'edge', matcher: '/a' }\n";
    auto const found = test::check_file("proxy.ts", text);
    CHECK(test::rules_of(found) == names{"proxy-runtime"});
    CHECK(
        agent::checks::apply_fixes(text, found).text ==
        "export function proxy() {}\nexport const config = { matcher: '/a' }\n");
    CHECK(
        broken("proxy.ts", "export default function () {}\nexport const runtime = 'nodejs'\n") ==
        names{"proxy-runtime"});
    CHECK(broken("proxy.ts", "export function proxy() { const runtime = 'edge'; log(runtime) }\n")
              .empty());
}

TEST_CASE("proxy.ts exports proxy, or a default")
{
    CHECK(broken("proxy.ts", "export function middleware() {}\n") == names{"proxy-export"});
    CHECK(broken("proxy.ts", "export const config = { matcher: '/a' }\n") == names{"proxy-export"});
    CHECK(broken("proxy.ts", "export default auth((request) => {})\n").empty());
    CHECK(broken("proxy.ts", "export const proxy = () => {}\n").empty());
    CHECK(broken("proxy.ts", "export { auth as proxy } from '@/lib/auth'\n").empty());
    CHECK(broken("proxy.js", "module.exports = { proxy() {} }\n").empty());
}

TEST_CASE("a matcher is written out")
{
    auto const with = [](std::string const& matcher) {
        return broken(
            "proxy.ts",
            "const path = '/a'\nexport function proxy() {}\nexport const config = { matcher: " +
                matcher + " }\n");
    };
    names const found{"matcher-not-constant"};
    CHECK(with("path") == found);
    CHECK(with("[`/a/${path}`]") == found);
    CHECK(with("['/a', path]") == found);
    CHECK(with("'/a' + path") == found);
    CHECK(with("'/a'").empty());
    CHECK(with("['/a', '/((?!api|_next/static).*)']").empty());
    CHECK(
        with("[{ source: '/a', missing: [{ type: 'header', key: 'x' }], locale: false }]").empty());
}

}  // namespace proxy_test
