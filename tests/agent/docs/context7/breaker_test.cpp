#include "agent/docs/context7/breaker.hpp"

#include <doctest/doctest.h>

namespace breaker_test {

using namespace agent;
using namespace std::chrono_literals;

namespace {

breaker::clock::time_point const start(1'800'000'000s);  // 2027-01-15T08:00:00Z
docs_error const down(docs_errc::unavailable, "it answered HTTP 503");
docs_error const slow(docs_errc::timed_out, "no answer within 5 s");
docs_error const quota(docs_errc::quota, "Monthly quota exceeded (set CONTEXT7_API_KEY)");
docs_error const key(docs_errc::authentication, "Invalid API key (check CONTEXT7_API_KEY)");

// How long nobody is asked, in seconds; the question after that is let through.
long long rest_of(breaker& b, breaker::clock::time_point now)
{
    long long seconds = 0;
    while (b.enter(now + std::chrono::seconds(seconds)))
        ++seconds;
    return seconds;
}

}  // namespace

TEST_CASE("the third failure in a row opens the breaker, for longer each time, up to ten minutes")
{
    breaker b;
    auto now = start;
    for (auto const& why : {down, slow}) {
        CHECK(!b.enter(now));
        b.failed(why, now);
    }
    CHECK(!b.enter(now));
    b.failed(down, now);
    for (long long const expected : {30, 60, 120, 240, 480, 600, 600}) {
        auto const refused = b.enter(now);
        REQUIRE(refused);
        CHECK(refused->kind == docs_errc::unavailable);
        CHECK(refused->message.find("HTTP 503") != std::string::npos);
        CHECK(rest_of(b, now) == expected);
        now += std::chrono::seconds(expected);
        CHECK(b.enter(now));  // one trial at a time
        b.failed(down, now);
    }
    now += 600s;
    CHECK(!b.enter(now));
    b.answered();
    CHECK(!b.enter(now));
    CHECK(b.rests(now).empty());
    b.failed(down, now);
    CHECK(!b.enter(now));
}

TEST_CASE("an answer in between, or one that says no, begins the count anew")
{
    breaker b;
    for (int i = 0; i < 5; ++i) {
        b.failed(down, start);
        b.failed(down, start);
        b.failed(docs_error(docs_errc::not_found, "no such library"), start);
    }
    b.failed(docs_error(docs_errc::pending, "is still starting"), start);
    CHECK(!b.enter(start));
}

TEST_CASE(
    "a used up quota is left alone for ten minutes, growing to an hour, or as long as it says")
{
    breaker b;
    auto now = start;
    for (long long const expected : {600, 1200, 2400, 3600, 3600}) {
        CHECK(!b.enter(now));
        b.failed(quota, now);
        CHECK(rest_of(b, now) == expected);
        b.abandoned();
        now += std::chrono::seconds(expected);
    }
    b.failed(docs_error(docs_errc::quota, "Rate limited. Try again in 90 seconds."), now);
    CHECK(rest_of(b, now) == 90);
}

TEST_CASE("a key that is refused is not used again, a library that is refused changes nothing")
{
    breaker b;
    b.failed(docs_error(docs_errc::authentication, "Access denied: Library /a/b"), start);
    CHECK(!b.enter(start));
    b.failed(key, start);
    auto const refused = b.enter(start + 24h * 365);
    REQUIRE(refused);
    CHECK(refused->kind == docs_errc::authentication);
    CHECK(refused->message.find("until this program is restarted") != std::string::npos);
}

TEST_CASE("a refusal says since when, until when and why")
{
    breaker b;
    b.failed(quota, start);
    auto const text = b.enter(start + 60s)->message;
    CHECK(text.find("since " + clock_time(start, start)) != std::string::npos);
    CHECK(text.find("until " + clock_time(start + 600s, start)) != std::string::npos);
    CHECK(text.find("CONTEXT7_API_KEY") != std::string::npos);
    CHECK(b.rests(start + 60s).starts_with("until "));
    CHECK(clock_time(start, start).size() == 5);
    CHECK(clock_time(start + 48h, start).size() == 16);
}

TEST_CASE("who gives up a trial leaves it to the next one")
{
    breaker b;
    b.failed(quota, start);
    CHECK(!b.enter(start + 600s));
    CHECK(b.enter(start + 600s));
    b.abandoned();
    CHECK(!b.enter(start + 600s));
}

TEST_CASE("what was asked before the rest does not make it longer, and a clock set back ends it")
{
    breaker b;
    for (int i = 0; i < 6; ++i)
        b.failed(down, start);
    CHECK(rest_of(b, start) == 30);
    breaker back;
    back.failed(quota, start);
    CHECK(!back.enter(start - 1h));
}

TEST_CASE("a breaker that does not open lets every question through")
{
    breaker_policy policy;
    policy.opens = false;
    breaker b(policy);
    b.failed(quota, start);
    b.failed(key, start);
    CHECK(!b.enter(start));
}

TEST_CASE("the time that a text names is understood")
{
    struct row {
        char const* text;
        std::optional<std::chrono::seconds> wait;
    };
    for (auto const& one : std::initializer_list<row>{
             {"Rate limit exceeded. Please try again later.", {}},
             {"Try again in 5 minutes", 300s},
             {"please try again in 1 hour.", 3600s},
             {"Retry-After: 120", 120s},
             {"retry after 2m", 120s},
             {"Quota resets in 3 hours", 3h},
             {"wait 30s", 30s},
             {"try again in 40 days", 24h},
             {"try again at 2027-01-15T08:30:00Z", 30min},
             {"resets 2027-01-15T09:00", 1h},
             {"resets at 2020-01-01T00:00:00Z", {}},
             {"Monthly quota of 1000 requests exceeded", {}},
             {"try again in 99999999999999999999 s", {}},
             {"", {}}}) {
        INFO(one.text);
        CHECK(named_wait(one.text, start) == one.wait);
    }
}

}  // namespace breaker_test
