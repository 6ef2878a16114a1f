#include "agent/models/model_table.hpp"

#include <doctest/doctest.h>

#include <map>

namespace model_table_test {

namespace {

std::string resolve(
    std::string_view requested,
    std::map<std::string, std::string> variables = {},
    char const* user_file = "{}")
{
    agent::model_table table;
    REQUIRE(table.merge(user_file));
    return table.resolve(requested, "sonnet", [&](char const* name) -> std::optional<std::string> {
        auto const at = variables.find(name);
        return at == variables.end() ? std::nullopt : std::optional(at->second);
    });
}

}  // namespace

TEST_CASE("an alias of a model is resolved by the table, a user's file, or the environment")
{
    CHECK(resolve("") == "claude-sonnet-5-5");
    CHECK(resolve("Opus") == "claude-opus-5-5");
    CHECK(resolve("haiku") == "claude-haiku-5-5");
    CHECK(resolve("best") == "claude-fable-5-2");
    CHECK(resolve("sonnet[1m]") == "claude-sonnet-5-5");
    CHECK(resolve("claude-opus-4-8") == "claude-opus-4-8");
    CHECK(resolve("Qwen/Qwen3:30b") == "Qwen/Qwen3:30b");
    CHECK(resolve("", {{"ANTHROPIC_MODEL", "a"}}) == "a");
    CHECK(
        resolve("", {{"ANTHROPIC_MODEL", "a"}, {"NEXTJS_BACKEND_ENGINEER_MODEL", "opus"}}) ==
        "claude-opus-5-5");
    CHECK(resolve("haiku", {{"ANTHROPIC_MODEL", "a"}}) == "claude-haiku-5-5");
    CHECK(resolve("", {{"ANTHROPIC_DEFAULT_SONNET_MODEL", "mine"}}) == "mine");
    CHECK(resolve("", {}, R"({"aliases":{"sonnet":"filed"}})") == "filed");
    CHECK(
        resolve(
            "",
            {{"ANTHROPIC_DEFAULT_SONNET_MODEL", "mine"}},
            R"({"aliases":{"sonnet":"filed"}})") == "mine");
}

TEST_CASE(
    "what a turn costs is an estimate from the table, and nothing for a model without a price")
{
    agent::model_table table;
    agent::token_usage usage;
    usage.input = 1000;
    usage.cache_write_5m = 2000;
    usage.cache_write_1h = 3000;
    usage.cache_read = 10'000;
    usage.output = 500;
    CHECK(
        *table.cost("claude-sonnet-5-5", usage) ==
        doctest::Approx((1000 * 2 + 2000 * 2.5 + 3000 * 4 + 10'000 * 0.1 + 500 * 10) / 1e6));
    CHECK(!table.cost("some-local-model", usage));
    agent::token_usage small;
    small.input = 100'000;
    CHECK(*table.cost("claude-haiku-5-5", small) == doctest::Approx(0.01));
    small.input = 100'001;
    CHECK(*table.cost("claude-haiku-5-5", small) == doctest::Approx(0.0500005));
    REQUIRE(table.merge(R"({"models":{"local":{"context":8192},"paid":{"input":3,"output":15}}})"));
    CHECK(table.find("local")->context == 8192);
    CHECK(!table.cost("local", usage));
    CHECK(
        *table.cost("paid", usage) ==
        doctest::Approx((1000 * 3 + 2000 * 3.75 + 3000 * 6 + 10'000 * 0.3 + 500 * 15) / 1e6));
}

TEST_CASE("a user's model table that is wrong is refused by the name of what is wrong")
{
    agent::model_table table;
    auto failure = [&](char const* text) { return table.merge(text).error(); };
    CHECK(failure("[]") == "the model table is not a JSON object");
    CHECK(failure(R"({"alias":{}})").find("alias") != std::string::npos);
    CHECK(failure(R"({"aliases":{"sonnet":1}})").find("aliases.sonnet") != std::string::npos);
    CHECK(failure(R"({"models":{"m":{"input":"3"}}})").find("models.m.input") != std::string::npos);
    CHECK(
        failure(R"({"models":{"m":{"context":-1}}})").find("models.m.context") !=
        std::string::npos);
    CHECK(
        failure(R"({"models":{"m":{"context":1e300}}})").find("models.m.context") !=
        std::string::npos);
    CHECK(table.merge_file("/nonexistent").error().find("/nonexistent cannot be opened") == 0);
}

}  // namespace model_table_test
