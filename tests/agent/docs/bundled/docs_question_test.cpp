#include "agent/docs/bundled/docs_question.hpp"
#include "agent/sqlite.hpp"

#include <doctest/doctest.h>

using namespace agent;

namespace {

bool has(std::string const& expression, std::string_view term)
{
    return expression.find('"' + std::string(term) + '"') != std::string::npos;
}

}  // namespace

TEST_CASE("a question's words are quoted, its common ones left out, its neighbours joined")
{
    auto const match = match_expression("How do I update a tag in my database?");
    CHECK(has(match, "update"));
    CHECK(has(match, "tag"));
    CHECK(has(match, "database"));
    CHECK(!has(match, "how"));
    CHECK(!has(match, "my"));
    CHECK(has(match_expression("update tag"), "updatetag"));
}

TEST_CASE("a name of code is kept though it is a common word, and weighs twice")
{
    auto const match = match_expression("all after() use cache");
    CHECK(match.find("\"after\" OR \"after\"") != std::string::npos);
    CHECK(has(match, "use cache"));
}

TEST_CASE("an old name brings the new one along")
{
    CHECK(has(match_expression("auth in middleware"), "proxy"));
    CHECK(has(match_expression("an API endpoint"), "route handlers"));
}

TEST_CASE("a question of common words alone is still asked")
{
    CHECK(has(match_expression("how to use it"), "use"));
    CHECK(match_expression("").empty());
    CHECK(match_expression("?! --").empty());
}

TEST_CASE("no question is a syntax error")
{
    sqlite_database db(":memory:", sqlite_database::mode::create);
    db.run("CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'porter unicode61')");
    db.run("INSERT INTO t VALUES('a \"quoted\" word AND NOT another')");
    for (std::string const question : {"\"",         "a\"b",     "NEAR(a b)",
                                       "AND OR NOT", "t : x",    "^a*",
                                       "{a b}",      "a - b",    "(",
                                       "'",          "+",        "col:\"x\" OR 1=1; DROP TABLE t",
                                       "_",          "___ _",    "日本語 ünïcödé",
                                       "\xff\xfe",   "\x01\x02", "cookies()",
                                       "/[^/]+/",    "\\"}) {
        auto const match = match_expression(question);
        if (match.empty())
            continue;
        sqlite_statement find(db, "SELECT count(*) FROM t WHERE t MATCH ?");
        find.bind(1, match);
        CHECK_NOTHROW(find.step());
    }
    CHECK(match_expression(std::string(100'000, 'a') + " b").size() < 400'000);
}

TEST_CASE("a question about the Pages Router is told from the others")
{
    CHECK(asked_router("data fetching with getServerSideProps") == next_router::pages);
    CHECK(asked_router("an API route in pages/api") == next_router::pages);
    CHECK(asked_router("Pages Router middleware") == next_router::pages);
    CHECK(asked_router("route handlers and pages") == next_router::app);
}

TEST_CASE("further sections of one file give way to other files")
{
    std::vector<docs_hit> hits{
        {"a.md", "1", "", 10}, {"a.md", "2", "", 9}, {"b.md", "3", "", 8}, {"a.md", "4", "", 7}};
    auto const answer = varied(hits, "question", 3);
    REQUIRE(answer.size() == 3);
    CHECK(answer[0].title == "1");
    CHECK(answer[1].title == "3");
    CHECK(answer[2].title == "2");
}

TEST_CASE("the page that a question names comes before one that mentions it")
{
    std::vector<docs_hit> hits{
        {"guides/caching.md", "1", "", 10}, {"functions/generate-static-params.md", "2", "", 8}};
    CHECK(varied(hits, "generateStaticParams", 2)[0].title == "2");
    CHECK(varied(hits, "something else", 2)[0].title == "1");
}
