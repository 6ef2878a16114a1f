#include "agent/checks/types/output/build_output.hpp"
#include "agent/checks/types/output/file_names.hpp"
#include "agent/checks/types/output/known_errors.hpp"
#include "agent/checks/types/output/tsc_output.hpp"

#include <doctest/doctest.h>

namespace output_test {

using agent::diagnostic;

namespace {

diagnostic error_at(std::string file, std::size_t line, std::string message, std::string source)
{
    diagnostic out;
    out.file = std::move(file);
    out.line = line;
    out.column = 1;
    out.code = "TS1";
    out.message = std::move(message);
    out.source_line = std::move(source);
    return out;
}

agent::shadow_place const place{"/p", "/p/.nbe/shadow/run"};

std::optional<std::string> nothing(std::string const&)
{
    return std::nullopt;
}

diagnostic told(diagnostic d)
{
    return agent::told_of_project(std::move(d), place, nothing, nothing);
}

}  // namespace

TEST_CASE("the compiler's errors are read with their places and the lines that go on with them")
{
    auto const found = agent::parse_tsc_output(
        "app/(shop)/[id]/page.tsx(12,3): error TS2554: Expected 2 arguments, but got 1.\r\n"
        "  The first line that goes on.\n"
        "    The second: error TS1: no error.\n"
        "\n"
        "  of nothing\n"
        "error TS18003: No inputs were found in config file '/x/tsconfig.json'.\n"
        "Files: 120\n"
        "a(1,2): warning TS1: no\n"
        "b.ts(1): error TS2: no\n"
        "c.ts(x,2): error TS3: no\n"
        "(1,2): error TS4: no\n"
        "d.ts(1,2): error TSx: no\n"
        "e(9,9).ts(3,4): error TS5: yes: error TS6: still\n");
    REQUIRE(found.size() == 3);
    CHECK(found[0].file == "app/(shop)/[id]/page.tsx");
    CHECK(found[0].line == 12);
    CHECK(found[0].column == 3);
    CHECK(found[0].code == "TS2554");
    CHECK(
        found[0].message == "Expected 2 arguments, but got 1.\n  The first line that goes on.\n"
                            "    The second: error TS1: no error.");
    CHECK(found[1].file.empty());
    CHECK(found[1].code == "TS18003");
    CHECK(found[2].file == "e(9,9).ts");
    CHECK(found[2].line == 3);
    CHECK(found[2].message == "yes: error TS6: still");
    CHECK(agent::parse_tsc_output("").empty());
    CHECK(agent::parse_tsc_output(std::string(5 << 20, 'x')).empty());
    std::string many;
    for (int i = 0; i < 5000; ++i)
        many += "a.ts(1,1): error TS1: x\n";
    CHECK(agent::parse_tsc_output(many, 100).size() == 100);
}

TEST_CASE("an error that has moved with its line is old, one more of its kind is new")
{
    std::vector<diagnostic> const before{
        error_at("a.ts", 3, "m", "use(x)"), error_at("b.ts", 1, "m", "use(x)")};
    auto const moved = agent::tell_apart(
        {error_at("a.ts", 30, "m", "other(x)"), error_at("a.ts", 41, "m", "use(x)")}, before);
    REQUIRE(moved.introduced.size() == 1);
    CHECK(moved.introduced[0].source_line == "other(x)");
    REQUIRE(moved.preexisting.size() == 1);
    CHECK(moved.preexisting[0].line == 41);

    // The line was edited, and is as wrong as before.
    auto const edited = agent::tell_apart({error_at("a.ts", 3, "m", "use(x, y)")}, before);
    CHECK(edited.introduced.empty());
    CHECK(agent::tell_apart({error_at("a.ts", 3, "n", "use(x)")}, before).introduced.size() == 1);
    CHECK(agent::tell_apart({error_at("c.ts", 3, "m", "use(x)")}, before).introduced.size() == 1);
    CHECK(agent::tell_apart({}, before).preexisting.empty());
}

TEST_CASE("an error of the validator becomes one of the route, at what it exports")
{
    auto const generated = [](std::string const& file) -> std::optional<std::string> {
        CHECK(file == ".next/types/validator.ts");
        return "// head\n"
               "// Validate ../../app/page.tsx\n{\n}\n"
               "// Validate ../../app/api/notes/[id]/route.ts\n{\n"
               "  type __Check = __IsExpected<typeof handler>\n}\n"
               "// Validate ../../app/z/route.ts\n{\n}\n";
    };
    auto const source = [](std::string const& file) -> std::optional<std::string> {
        CHECK(file == "app/api/notes/[id]/route.ts");
        return "import x from 'x'\n// GET\nexport const GETTER = 1\n"
               "  export async function GET(request, context) {\n}\n";
    };
    diagnostic d;
    d.file = ".next/types/validator.ts";
    d.line = 7;
    d.column = 31;
    d.code = "TS2344";
    d.message = "Type 'typeof import(\"/p/.nbe/shadow/run/app/api/notes/[id]/route\")' does not "
                "satisfy.\n  Types of property 'GET' are incompatible.";
    auto const told = agent::told_of_project(d, place, generated, source);
    CHECK(told.file == "app/api/notes/[id]/route.ts");
    CHECK(told.line == 4);
    CHECK(told.source_line == "export async function GET(request, context) {");
    CHECK(told.message.starts_with("Type 'typeof import(\"app/api/notes/[id]/route\")'"));
}

TEST_CASE("what is said of files outside of the project or closed to the model is not shown")
{
    auto const message = [](std::string file) {
        return told(error_at(std::move(file), 3, "Cannot find name 'hunter2'.", "")).message;
    };
    for (auto const* file :
         {"../../../../secret.ts",
          "../../../../../../etc/passwd",
          "/etc/passwd",
          "../../../.env",
          "../../../.env.local",
          "../other-run/app/x.ts",
          "../../../config/key.pem",
          "../../../../.ssh/id_rsa"}) {
        CAPTURE(file);
        CHECK(message(file).find("hunter2") == std::string::npos);
    }
    CHECK(message("app/x.ts").find("hunter2") != std::string::npos);
    CHECK(message("../../../../node_modules/y/z.d.ts").find("hunter2") != std::string::npos);
    CHECK(told(error_at("../../../lib/x.ts", 3, "m", "")).file == "lib/x.ts");
    CHECK(told(error_at("../../../../secret.ts", 3, "m", "")).file.empty());
    CHECK(told(error_at("a.ts", 1, std::string(9000, 'x'), "")).message.size() == 2000);
    CHECK(
        told(error_at(
                 "a.ts",
                 1,
                 "a\x1b[31m\xE2\x80\xAE"
                 "b",
                 ""))
            .message == "a[31mb");
}

TEST_CASE("a tsconfig in the shadow reaches out of the project from three folders further down")
{
    using agent::relocated_config;
    CHECK(
        relocated_config(
            R"({ // "../x"
  "extends": ["../../base.json", "./tsconfig.app.json", "@tsconfig/node20"],
  /* "../y" */ "include": ["**/*.ts", "../shared/**/*.ts", "a/../b", ".."],
  "x": "say \"../z" })",
            "tsconfig.json") ==
        R"({ // "../x"
  "extends": ["../../../../../base.json", "./tsconfig.app.json", "@tsconfig/node20"],
  /* "../y" */ "include": ["**/*.ts", "../../../../shared/**/*.ts", "a/../b", "../../../.."],
  "x": "say \"../z" })");
    CHECK(
        relocated_config(R"({"extends": "../tsconfig.json"})", "apps/tsconfig.json") ==
        R"({"extends": "../tsconfig.json"})");
    CHECK(
        relocated_config(R"({"extends": "../../t.json"})", "apps/tsconfig.json") ==
        R"({"extends": "../../../../../t.json"})");
    for (auto const* broken : {"\"../", "\"", "/*", "//", "/", "\"\\", "\"../\\"})
        CHECK(relocated_config(broken, "tsconfig.json").size() >= std::string_view(broken).size());
}

TEST_CASE("the errors of a build are read without its warnings, colours and code frames")
{
    auto const found = agent::parse_build_output(
        "  Creating an optimized production build ...\n"
        "./.nbe/shadow/run/lib/notes.ts:3:1\n"
        "Warning: A Node.js module is loaded\n"
        "Import traces:\n  App Route:\n    ./.nbe/shadow/run/lib/notes.ts\n\n"
        "> Build error occurred\n"
        "Error: Turbopack build failed with 1 error:\n"
        "./.nbe/shadow/run/app/api/notes/route.ts:23:14\n"
        "\x1b[31mError: \x1b[0mRoute segment config \"runtime\" is not compatible.\n"
        "  \x1b[90m22 |\x1b[0m }\n"
        "\x1b[31m>\x1b[0m 23 | export const runtime = 'edge'\n\n"
        "Error occurred prerendering page \"/api/c\". Read more: https://nextjs.org/x\n"
        "Error: Route \"/api/c\": `cookies()` can't be read\n"
        "    at o (app/api/c/route.ts:4:17)\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].file == ".nbe/shadow/run/app/api/notes/route.ts");
    CHECK(told(found[0]).file == "app/api/notes/route.ts");
    CHECK(found[0].line == 23);
    CHECK(found[0].column == 14);
    CHECK(found[0].message == "Error: Route segment config \"runtime\" is not compatible.");
    CHECK(found[1].file.empty());
    CHECK(found[1].message.find("`cookies()` can't be read") != std::string::npos);

    auto const unknown = agent::parse_build_output("x\n> Build error occurred\nnobody knows why\n");
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].message.find("nobody knows why") != std::string::npos);
    CHECK(agent::parse_build_output("").empty());
}

}  // namespace output_test
