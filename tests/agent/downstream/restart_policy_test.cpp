#include "agent/downstream/restart_policy.hpp"

#include <doctest/doctest.h>

namespace restart_policy_test {

using agent::restart_policy;
using namespace std::chrono_literals;

TEST_CASE("a first start does not wait, and each failure in a row doubles the wait")
{
    restart_policy policy;
    restart_policy::time now{};
    CHECK(policy.delay(now) == 0ms);
    policy.failed(now);
    CHECK(policy.delay(now) == 100ms);
    CHECK(policy.delay(now + 40ms) == 60ms);
    CHECK(policy.delay(now + 1s) == 0ms);
    policy.failed(now);
    CHECK(policy.delay(now) == 200ms);
    policy.succeeded();
    CHECK(policy.delay(now) == 0ms);
}

TEST_CASE("after five failures in a minute it is left alone until the minute is over")
{
    restart_policy policy;
    restart_policy::time const start{};
    for (int i = 0; i < 5; ++i)
        policy.failed(start + i * 1s);
    CHECK(!policy.delay(start + 5s).has_value());
    CHECK(!policy.delay(start + 59s).has_value());
    CHECK(policy.delay(start + 60s) == 0s);
    policy.succeeded();
    CHECK(!policy.delay(start + 59s).has_value());
}

TEST_CASE("the wait never exceeds thirty seconds")
{
    restart_policy policy;
    restart_policy::time now{};
    for (int i = 0; i < 100; ++i) {
        now += 100s;
        policy.failed(now);
    }
    CHECK(policy.delay(now) == 30s);
}

}  // namespace restart_policy_test
