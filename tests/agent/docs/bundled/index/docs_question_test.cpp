#include "agent/docs/bundled/index/docs_question.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace docs_question_test {

using namespace agent;

namespace {

bool has(std::vector<std::string> const& terms, std::string_view term)
{
    return std::find(terms.begin(), terms.end(), term) != terms.end();
}

docs_terms terms_of(std::string_view question)
{
    return agent::terms_of(question, {}, "next");
}

}  // namespace

TEST_CASE("a question's words are its terms, its common ones left out, its neighbours joined")
{
    auto const asked = terms_of("How do I update a tag in my database?").asked;
    CHECK(has(asked, "update"));
    CHECK(has(asked, "tag"));
    CHECK(has(asked, "database"));
    CHECK(!has(asked, "how"));
    CHECK(!has(asked, "my"));
    CHECK(has(terms_of("update tag").asked, "updatetag"));
}

TEST_CASE("a name of code is kept though it is a common word, whole and in its parts")
{
    CHECK(has(terms_of("all after() then").asked, "after"));
    auto const asked = terms_of("revalidateTag").asked;
    CHECK(has(asked, "revalidatetag"));
    CHECK(has(asked, "revalidate"));
    CHECK(has(asked, "tag"));
}

TEST_CASE("what people say brings along what documentation writes")
{
    CHECK(has(terms_of("auth in middleware").meant, "proxy"));
    CHECK(has(terms_of("an API endpoint").meant, "handlers"));
    CHECK(has(terms_of("customers on a subdomain").meant, "tenant"));
    CHECK(has(terms_of("answer in chunks").meant, "streaming"));
    CHECK(terms_of("cookies").meant.size() > 0);
    CHECK(!has(terms_of("proxy middleware").meant, "proxy"));
}

TEST_CASE("a question of common words alone is still asked")
{
    CHECK(has(terms_of("how to use it").asked, "use"));
    CHECK(terms_of("").asked.empty());
    CHECK(terms_of("?! --").asked.empty());
}

TEST_CASE("a question has no more terms than it pays to follow")
{
    std::string longest;
    for (int i = 0; i < 10'000; ++i)
        longest += "word" + std::to_string(i) + " ";
    CHECK(terms_of(longest).asked.size() < 200);
    CHECK(terms_of(std::string(100'000, 'a') + " b").asked.size() < 10);
    CHECK_NOTHROW(terms_of("\xff\xfe \x01 日本語 ünïcödé / ( \" '"));
}

TEST_CASE("a question about the Pages Router is told from the others")
{
    CHECK(asked_router("data fetching with getServerSideProps") == next_router::pages);
    CHECK(asked_router("an API route in pages/api") == next_router::pages);
    CHECK(asked_router("Pages Router middleware") == next_router::pages);
    CHECK(asked_router("getServerSideProps, but in app/") == next_router::app);
    CHECK(asked_router("route handlers and pages") == next_router::app);
    CHECK(asked_router("move pages/api to the app directory") == next_router::app);
}

TEST_CASE("further sections of one file give way to other files")
{
    std::vector<docs_hit> hits{
        {"a.md", "1", "", 10}, {"a.md", "2", "", 9}, {"b.md", "3", "", 8}, {"a.md", "4", "", 7.9}};
    auto const answer = varied(hits, "question", 3);
    REQUIRE(answer.size() == 3);
    CHECK(answer[0].title == "1");
    CHECK(answer[1].title == "2");
    CHECK(answer[2].title == "3");
}

TEST_CASE("a page that has much on the question comes before one that has one section")
{
    std::vector<docs_hit> hits{
        {"a.md", "1", "", 10}, {"b.md", "2", "", 9.5}, {"b.md", "3", "", 9}, {"b.md", "4", "", 8}};
    CHECK(varied(hits, "question", 1)[0].title == "2");
}

TEST_CASE("the page that a question names comes before one that mentions it")
{
    std::vector<docs_hit> hits{
        {"guides/caching.md", "1", "", 10}, {"functions/generate-static-params.md", "2", "", 8}};
    CHECK(varied(hits, "generateStaticParams", 2)[0].title == "2");
    CHECK(varied(hits, "something else", 2)[0].title == "1");
}

}  // namespace docs_question_test
