#include "agent/docs/context7/kept/question.hpp"

#include <doctest/doctest.h>

namespace question_test {

using namespace agent;
using namespace std::chrono_literals;

TEST_CASE("questions that differ in case, spaces and punctuation are one")
{
    CHECK(
        normalized("How do I use `cookies()`, in Next.js?") ==
        normalized("how do I use cookies in next JS"));
    CHECK(normalized("cookies") != normalized("headers"));
    CHECK(normalized("C++") != normalized("C#"));
    CHECK(normalized("???") == "???");
    CHECK(normalized("größe") == "größe");
}

TEST_CASE("a key holds its parts apart and shows none of them")
{
    CHECK(cache_key({"ab", "c"}) != cache_key({"a", "bc"}));
    CHECK(cache_key({"ab", "c"}) == cache_key({"ab", "c"}));
    CHECK(cache_key({"secret"}).find("secret") == std::string::npos);
}

TEST_CASE("a server is kept apart by what is asked there, and shown without keys")
{
    downstream_server hosted;
    hosted.endpoint.emplace();
    hosted.endpoint->url = "https://me:secret@docs.example.com/mcp?token=1";
    CHECK(address_of(hosted) == "https://docs.example.com/mcp");
    downstream_server local;
    local.command.argv = {"npx", "x", "--api-key", "ctx7sk-0123456789abcdef0123456789"};
    CHECK(address_of(local) == "npx x --api-key ctx7sk-***");
    CHECK(service_of(local).empty());
    local.command.environment = {"PATH=/bin", "CONTEXT7_API_URL=https://docs.example.com/api"};
    CHECK(service_of(local) == "https://docs.example.com/api");
    CHECK(kind_of_server("Context7 4.1.1") == "Context7 4");
    CHECK(kind_of_server("Context7 4.2.0") == kind_of_server("Context7 4.1.1"));
    CHECK(kind_of_server("Context7 5.0.0") != kind_of_server("Context7 4.1.1"));
    CHECK(kind_of_server("").empty());
}

TEST_CASE("what is kept of an answer comes back as it was, and what is damaged does not")
{
    passage p{"T", "text", "https://x.dev", "zod", "4.0.1", "Context7"};
    p.cleaned = 2;
    auto const back = passages_in(written(std::vector{p}));
    REQUIRE(back);
    CHECK(back->at(0).text == "text");
    CHECK(back->at(0).cleaned == 2);
    CHECK(!back->at(0).as_of);
    for (auto const* body : {"", "[]", "{}", "[1]", "[{\"title\":1}]", "[{\"title\":\"x\"}]"})
        CHECK(!passages_in(body));
    library_place where;
    where.id = "/colinhacks/zod";
    where.tags = {"v4.0.1"};
    where.tags_known = true;
    auto const place = place_in(written(where));
    REQUIRE(place);
    CHECK(place->id == where.id);
    CHECK(place->tags == where.tags);
    CHECK(!place_in("[]"));
}

TEST_CASE("passages of exact versions are fresh for a week, others for a day")
{
    passage exact{"T", "text", "s", "zod", "4.0.1", "Context7"};
    passage branch{"T", "text", "s", "zod", "main", "Context7"};
    CHECK(fresh_for({exact, exact}) == 7 * 24h);
    CHECK(fresh_for({exact, branch}) == 24h);
    CHECK(iso_date(std::chrono::system_clock::time_point(1'800'000'000s)) == "2027-01-15");
}

}  // namespace question_test
