#include "agent/project/paths.hpp"

#include <doctest/doctest.h>

#include <string>

namespace paths_test {

using agent::access;
using agent::denied;
using agent::file_errc;
using agent::matches_glob;
using agent::normalize;

TEST_CASE("names of files come into one form")
{
    CHECK(*normalize("app/api/route.ts") == "app/api/route.ts");
    CHECK(*normalize("./app//api/./route.ts") == "app/api/route.ts");
    CHECK(*normalize("app/(group)/[id]/@slot/page.tsx/") == "app/(group)/[id]/@slot/page.tsx");
    CHECK(*normalize("src/ünï/文.ts") == "src/ünï/文.ts");
    CHECK(normalize(".")->empty());
    CHECK(normalize("")->empty());
    CHECK(*normalize("...") == "...");
}

TEST_CASE("names that could mean something outside the project are refused with a reason")
{
    for (std::string const name :
         {"/etc/passwd",
          "../x",
          "a/../../x",
          "a/..",
          "..",
          "C:/x",
          "c:x",
          "\\\\host\\x",
          "a\\..\\b",
          "~/x",
          "~root/x",
          "a\nb",
          "a\tb",
          "\x7f",
          "\xff\xfe",
          "a/\xC0\xAE\xC0\xAE/b",
          "a\u202Eb",
          "a\u200Bb"}) {
        CAPTURE(name);
        auto const result = normalize(name);
        REQUIRE(!result);
        CHECK(result.error().kind == file_errc::bad_name);
        CHECK(result.error().message.find("relative to the project") != std::string::npos);
    }
    CHECK(!normalize(std::string("a\0b", 3)));
    CHECK(!normalize(std::string(1025, 'a')));
    CHECK(!normalize("a/" + std::string(256, 'b')));
}

TEST_CASE("files that hold secrets are closed whatever their case or folder")
{
    for (std::string const name :
         {".env",
          ".env.local",
          "packages/api/.env.production",
          ".ENV",
          ".Env.Local",
          ".envrc",
          "certs/server.pem",
          "server.KEY",
          "id_rsa",
          "keys/id_ed25519",
          "id_rsa.pub",
          ".netrc",
          ".npmrc",
          "credentials",
          "credentials.json",
          "config/credentials.yml",
          ".aws/config",
          ".ssh/known_hosts",
          ".git/config",
          "sub/.git/HEAD",
          ".GIT/config"}) {
        CAPTURE(name);
        CHECK(!denied(name, access::read).empty());
        CHECK(!denied(name, access::write).empty());
    }
    for (std::string const name :
         {".env.example",
          "lib/credentials.ts",
          "lib/id_generator.ts",
          "lib/env.ts",
          ".gitignore",
          ".github/workflows/ci.yml",
          "app/key/route.ts",
          "environment.ts",
          ""}) {
        CAPTURE(name);
        CHECK(denied(name, access::read).empty());
        CHECK(denied(name, access::write).empty());
    }
}

TEST_CASE("generated folders are closed, and node_modules is only for reading")
{
    CHECK(!denied(".next/server/app.js", access::read).empty());
    CHECK(!denied("packages/web/.next/x.js", access::read).empty());
    CHECK(!denied("dist/index.js", access::read).empty());
    CHECK(!denied("out/index.html", access::write).empty());
    CHECK(denied("app/out/route.ts", access::write).empty());
    CHECK(denied("node_modules/zod/package.json", access::read).empty());
    CHECK(!denied("node_modules/zod/package.json", access::write).empty());
    CHECK(!denied("node_modules/.cache/x", access::read).empty());
}

TEST_CASE("globs match as in the shell")
{
    CHECK(matches_glob("*.ts", "app/api/route.ts"));
    CHECK(matches_glob("**/route.ts", "app/api/route.ts"));
    CHECK(matches_glob("**/route.ts", "route.ts"));
    CHECK(matches_glob("app/**/route.{ts,js}", "app/route.js"));
    CHECK(matches_glob("app/**/*.{ts,{js,jsx}}", "app/a/b/c.jsx"));
    CHECK(matches_glob("./app/*", "app/x"));
    CHECK(matches_glob("lib/d?.ts", "lib/db.ts"));
    CHECK(matches_glob("**", "a/b/c"));
    CHECK_FALSE(matches_glob("app/*", "app/a/b"));
    CHECK_FALSE(matches_glob("*.ts", "route.tsx"));
    CHECK_FALSE(matches_glob("app/**/x", "lib/x"));
    CHECK_FALSE(matches_glob("", "a"));
}

TEST_CASE("hostile globs end at once")
{
    std::string stars;
    for (int i = 0; i < 250; ++i)
        stars += "*a";
    CHECK_FALSE(matches_glob(stars + "b", std::string(1000, 'a')));
    std::string doubles;
    for (int i = 0; i < 200; ++i)
        doubles += "**/a/";
    CHECK_FALSE(matches_glob(doubles + "b", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
    std::string braces;
    for (int i = 0; i < 100; ++i)
        braces += "{a,b}";
    CHECK_FALSE(matches_glob(braces, "abababab"));
    CHECK_FALSE(matches_glob("{{{{{{", "a"));
    CHECK_FALSE(matches_glob("}}}},,,{", "a"));
}

}  // namespace paths_test
