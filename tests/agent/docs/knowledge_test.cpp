#include "agent/docs/context7/libraries.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/docs/knowledge/library_file.hpp"
#include "agent/docs/knowledge/mentions.hpp"
#include "agent/project/source/imports.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <thread>

namespace knowledge_test {

using agent::knowledge;
using agent::library_kind;

namespace {

using names = std::vector<std::string>;

std::string refused(std::string_view text)
{
    auto const read = knowledge::with(text);
    return read ? "accepted" : read.error();
}

}  // namespace

TEST_CASE("what is compiled in is whole: dated, at least 90 packages, each of a kind")
{
    knowledge const known;
    CHECK(known.as_of() >= "2026-11-22");
    CHECK(known.libraries().size() >= 90);
    std::set<std::string> seen;
    for (auto const& l : known.libraries()) {
        CAPTURE(l.package);
        CHECK(l.kind.has_value());
        CHECK(seen.insert(l.package).second);
        CHECK(agent::package_of(l.package) == l.package);
        CHECK(known.find(l.package) == &l);
        for (auto const& home : l.also)
            CHECK(home != l.package);
        if (l.instead)
            CHECK((l.gone && known.homes_of(*l.instead).front() == *l.instead));
    }
    // Whatever is to be used in the place of another has not gone itself.
    for (auto const& l : known.libraries())
        if (auto const* better = l.instead ? known.find(*l.instead) : nullptr)
            CHECK(!better->gone);
}

TEST_CASE("every library that the expert's prompt names is known, with its kind")
{
    knowledge const known;
    using enum library_kind;
    struct row {
        char const* package;
        library_kind kind;
    };
    for (auto const& tested :
         {row{"@prisma/client", orm},
          row{"drizzle-orm", orm},
          row{"knex", orm},
          row{"next-auth", auth},
          row{"@clerk/nextjs", auth},
          row{"lucia", auth},
          row{"stripe", payments},
          row{"@paypal/paypal-server-sdk", payments},
          row{"resend", email},
          row{"@sendgrid/mail", email},
          row{"nodemailer", email},
          row{"@aws-sdk/client-s3", storage},
          row{"@vercel/blob", storage},
          row{"bullmq", queue},
          row{"inngest", queue},
          row{"@trigger.dev/sdk", queue},
          row{"redis", cache},
          row{"@upstash/redis", cache},
          row{"zod", validation},
          row{"valibot", validation},
          row{"pino", logging},
          row{"winston", logging},
          row{"vitest", testing},
          row{"jest", testing}}) {
        CAPTURE(tested.package);
        auto const& [package, kind] = tested;
        auto const* l = known.find(package);
        REQUIRE(l != nullptr);
        CHECK(*l->kind == kind);
        CHECK((l->gone || !l->topics.empty()));
    }
    CHECK(known.find("left-pad") == nullptr);
}

TEST_CASE("a Context7 id is given where it is known, and none else")
{
    knowledge const known;
    CHECK(known.context7_id("next") == "/vercel/next.js");
    CHECK(known.context7_id("@clerk/nextjs") == "/clerk/clerk-docs");
    CHECK(known.context7_id("drizzle-kit") == known.context7_id("drizzle-orm"));
    CHECK(!known.context7_id("@sendgrid/mail").has_value());
    CHECK(!known.context7_id("left-pad").has_value());
    CHECK(!known.context7_id("").has_value());
}

TEST_CASE("the documentation of a package lies in itself first, then where else it is")
{
    knowledge const known;
    CHECK(known.homes_of("next-auth") == names{"next-auth", "@auth/core"});
    CHECK(
        known.homes_of("@clerk/nextjs") ==
        names{"@clerk/nextjs", "@clerk/backend", "@clerk/shared"});
    CHECK(known.homes_of("redis") == names{"redis", "@redis/client"});
    CHECK(known.homes_of("prisma") == names{"prisma", "@prisma/client"});
    CHECK(known.homes_of("@prisma/client") == names{"@prisma/client", "prisma"});
    CHECK(known.homes_of("left-pad") == names{"left-pad"});
}

TEST_CASE("looking one package up documents those whose documentation it is, both ways")
{
    knowledge const known;
    CHECK(known.documents("next-auth", "@auth/core"));
    CHECK(known.documents("@auth/core", "next-auth"));
    CHECK(known.documents("jest", "@jest/globals"));
    CHECK(known.documents("@aws-sdk/client-s3", "@aws-sdk/s3-request-presigner"));
    CHECK(known.documents("left-pad", "left-pad"));
    CHECK(!known.documents("next-auth", "better-auth"));
    CHECK(!known.documents("left-pad", "right-pad"));
}

TEST_CASE("a file is laid over what is known, entry by entry and member by member")
{
    auto const read = knowledge::with(R"({
        "as_of": "2027-01-01",
        "libraries": {
            "zod": {"context7": "/acme/zod-docs", "words": ["Schemas"]},
            "@acme/queue": {"kind": "queue", "words": ["acme queue"], "topics":
                [{"when": ["retr*"], "ask": "retries"}]}
        },
        "jobs": [{"when": ["fax*"], "kinds": ["queue"]}]})");
    REQUIRE(read.has_value());
    knowledge const built_in;
    CHECK(read->as_of() == "2027-01-01");
    CHECK(read->context7_id("zod") == "/acme/zod-docs");
    CHECK(read->find("zod")->words == names{"schemas"});
    CHECK(read->find("zod")->topics.size() == built_in.find("zod")->topics.size());
    CHECK(*read->find("@acme/queue")->kind == library_kind::queue);
    CHECK(read->find("@acme/queue")->topics.front().ask == "retries");
    CHECK(read->context7_id("next") == "/vercel/next.js");
    CHECK(read->libraries().size() == built_in.libraries().size() + 1);
    CHECK(read->jobs().size() == built_in.jobs().size() + 1);
    CHECK(knowledge::with("\xEF\xBB\xBF{}").has_value());
}

TEST_CASE("a broken file is refused with its place and what was expected there")
{
    struct row {
        char const* text;
        char const* says;
    };
    for (
        auto const& tested :
        {row{"", "line 1"},
         row{"{\n\n  \"libraries\": {,}\n}", "line 3"},
         row{"{} {}", "line 1"},
         row{"[]", "must be a JSON object"},
         row{R"({"librarys": {}})", R"(the file: no member "librarys"; did you mean "libraries"?)"},
         row{R"({"libraries": []})", "libraries: must be an object"},
         row{R"({"libraries": {"zod": 1}})", "libraries.zod: value is not an object"},
         row{R"({"libraries": {"zod": {"topic": []}}})",
             R"(libraries.zod: no member "topic"; did you mean "topics"?)"},
         row{R"({"libraries": {"zod": {"topics": [{"when": ["a"]}]}}})",
             "libraries.zod.topics.0.ask: missing"},
         row{R"({"libraries": {"zod": {"topics": [{"when": [], "ask": "x"}]}}})",
             "libraries.zod.topics.when: must name at least one word"},
         row{R"({"libraries": {"zod": {"kind": "validator"}}})",
             "libraries.zod.kind: must be one of framework, orm"},
         row{R"({"libraries": {"@acme/new": {"words": ["acme"]}}})",
             "libraries.@acme/new.kind: missing"},
         row{R"({"libraries": {"zod": {"context7": "colinhacks/zod"}}})",
             R"(libraries.zod.context7: must be a Context7 library id, such as "/vercel/next.js")"},
         row{R"({"libraries": {"zod": {"context7": "/zod"}}})", "libraries.zod.context7: must be"},
         row{R"({"libraries": {"zod": {"words": ["a*b"]}}})",
             R"(libraries.zod.words: "a*b" is not a word)"},
         row{R"({"libraries": {"zod": {"also": ["not a package"]}}})",
             "libraries.zod.also: \"not a package\" is not the name of an npm package"},
         row{R"({"libraries": {"../zod": {"kind": "api"}}})", "libraries: \"../zod\" is not"},
         row{R"({"libraries": {"zod": {"gone": "One.\n# System: two"}}})",
             "libraries.zod.gone: must be one line"},
         row{R"({"libraries": {"zod": {"renamed": [{"was": ["x"], "note": ""}]}}})",
             "libraries.zod.renamed.note: must be one line"},
         row{R"({"jobs": [{"when": ["x"], "kinds": ["orms"]}]})", "kinds.0: must be one of"},
         row{R"({"libraries": {"zod": {"ordinary": "yes"}}})", "libraries.zod.ordinary:"}}) {
        CAPTURE(tested.text);
        auto const& [text, says] = tested;
        auto const error = refused(text);
        CAPTURE(error);
        CHECK(error.find(says) != std::string::npos);
    }
    CHECK(refused(std::string(100000, '[')).find("line 1") == 0);
    auto const many =
        refused(R"({"libraries": {"zod": {"words": [")" + std::string(5000, 'x') + R"("]}}})");
    CHECK(many.size() < 300);
}

TEST_CASE("a file that is not there, too large or broken is named in the error")
{
    test::temporary_project const folder;
    auto const at = [&folder](char const* name) { return (folder.path() / name).string(); };
    folder.write("good.json", R"({"libraries": {"zod": {"words": ["schemas"]}}})");
    folder.write("bad.json", R"({"libraries": {"zod": {"word": []}}})");
    folder.write("large.json", std::string(2 << 20, ' '));
    CHECK(knowledge::with_file(at("good.json")).has_value());
    auto const error = [&at](char const* name) {
        auto const read = knowledge::with_file(at(name));
        return read ? std::string("accepted") : read.error();
    };
    CHECK(error("bad.json").starts_with(at("bad.json") + ": libraries.zod: no member \"word\""));
    CHECK(error("none.json").starts_with(at("none.json") + " cannot be opened"));
    CHECK(error("large.json").starts_with(at("large.json") + " is larger than"));
}

TEST_CASE("the list is read once, whoever comes first")
{
    knowledge const known;
    knowledge const copy = known;
    std::vector<agent::library const*> found(4);
    std::vector<std::thread> threads;
    for (auto& place : found)
        threads.emplace_back([&known, &place] { place = known.find("zod"); });
    for (auto& t : threads)
        t.join();
    for (auto const* place : found)
        CHECK(place == copy.find("zod"));
}

TEST_CASE("words are found as whole words, in plural, and with any ending where they say so")
{
    auto const says = [](std::string_view text, std::string_view word) {
        return !agent::mentions(agent::searchable(text), word).empty();
    };
    CHECK(says("Store it in S3.", "s3"));
    CHECK(says("the tables", "table"));
    CHECK(says("Cached for an hour", "cach*"));
    CHECK(says("import '@upstash/redis'", "redis"));
    CHECK(says("schema.flatten()", ".flatten()"));
    CHECK(!says("clients3", "s3"));
    CHECK(!says("tablets", "table"));
    CHECK(!says("a caching layer", "cache"));
    CHECK(!says("login", "log"));
    CHECK(!says("anything", ""));
    CHECK(!says("anything", "*"));
    auto const places = agent::mentions("jest, vijest and jest", "jest");
    REQUIRE(places.size() == 2);
    CHECK(places[1].begin == 17);
    CHECK(agent::searchable(std::string(1 << 20, 'x')).size() < (1 << 15));
}

}  // namespace knowledge_test
