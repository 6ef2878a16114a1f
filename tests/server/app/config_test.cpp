#include "server/app/config.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <map>

namespace config_test {

namespace {

app::environment env(std::map<std::string, std::string> values)
{
    return [values](char const* name) -> std::optional<std::string> {
        auto const found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

app::config read(std::vector<char const*> words, std::map<std::string, std::string> values = {})
{
    words.insert(words.begin(), "nextjs-backend-engineer");
    return app::read_config(static_cast<int>(words.size()), words.data(), env(std::move(values)));
}

std::string refusal(std::vector<char const*> words)
{
    try {
        read(std::move(words));
    } catch (app::config_error const& e) {
        return e.what();
    }
    return {};
}

}  // namespace

TEST_CASE("without flags the program serves, with the pinned Context7 and no key of its own")
{
    auto const c = read({}, {{"HOME", "/home/me"}});
    CHECK(!c.ask);
    CHECK(c.context7 == app::default_context7);
    CHECK(c.state_directory == "/home/me/.local/state/nextjs-backend-engineer");
    CHECK(c.limits.turns == 25);
    CHECK(!c.limits.cost_usd);
}

TEST_CASE("flags win over the environment")
{
    std::map<std::string, std::string> const values{
        {"NEXTJS_BACKEND_ENGINEER_PROVIDER", "openai"}, {"XDG_STATE_HOME", "/state"}};
    CHECK(read({}).provider == app::provider::automatic);
    CHECK(read({}, values).provider == app::provider::openai);
    CHECK(read({"--provider", "anthropic"}, values).provider == app::provider::anthropic);
    CHECK_THROWS_AS(read({}, {{"NEXTJS_BACKEND_ENGINEER_PROVIDER", "openia"}}), app::config_error);
    CHECK(read({}, values).state_directory == "/state/nextjs-backend-engineer");
    CHECK(read({"--no-context7"}, {{"NEXTJS_BACKEND_ENGINEER_CONTEXT7", "x"}}).context7.empty());
    std::map<std::string, std::string> const ours{{"NEXTJS_BACKEND_ENGINEER_LIBRARIES", "/a.json"}};
    CHECK(read({}).libraries.empty());
    CHECK(read({}, ours).libraries == "/a.json");
    CHECK(read({"--libraries", "/b.json"}, ours).libraries == "/b.json");
    std::map<std::string, std::string> const words{
        {"NEXTJS_BACKEND_ENGINEER_VOCABULARY", "/c.json"}};
    CHECK(read({}).vocabulary.empty());
    CHECK(read({}, words).vocabulary == "/c.json");
    CHECK(read({"--vocabulary", "/d.json"}, words).vocabulary == "/d.json");
}

TEST_CASE("a placeholder that a host did not replace counts as absent")
{
    ::setenv("NBE_TEST_PLACEHOLDER", "${user_config.api_key}", 1);
    CHECK(!app::process_environment()("NBE_TEST_PLACEHOLDER"));
    ::setenv("NBE_TEST_PLACEHOLDER", "value", 1);
    CHECK(app::process_environment()("NBE_TEST_PLACEHOLDER") == "value");
    ::unsetenv("NBE_TEST_PLACEHOLDER");
}

TEST_CASE("ask takes its options before and after the task")
{
    auto const c =
        read({"ask", "Do it", "--mode", "plan", "--project", "/tmp", "--file", "a.ts", "--json"});
    REQUIRE(c.ask);
    CHECK(c.ask->request.task == "Do it");
    CHECK(c.ask->request.mode == agent::run_mode::plan);
    CHECK(c.ask->request.files == std::vector<std::string>{"a.ts"});
    CHECK(c.ask->json);
    CHECK(c.roots == std::vector<std::string>{"/tmp"});
}

TEST_CASE("a wrong command line says what was expected")
{
    CHECK(
        refusal({"ask", "x", "--mode", "improve"}).find("implement, plan, review, explain") !=
        std::string::npos);
    CHECK(refusal({"--log-level", "loud"}).find("debug") != std::string::npos);
    CHECK(refusal({"--max-turns", "0"}).find("--max-turns") != std::string::npos);
    CHECK(refusal({"--project", "/nonexistent"}).find("--project") != std::string::npos);
    CHECK(refusal({"ask"}).find("task") != std::string::npos);
    CHECK(refusal({"--frobnicate"}).find("--help") != std::string::npos);
}

TEST_CASE("help and version are printed, not run")
{
    CHECK_THROWS_AS(read({"--version"}), app::print_and_exit);
    try {
        read({"--help"});
    } catch (app::print_and_exit const& p) {
        CHECK(p.text.find("ask") != std::string::npos);
        CHECK(p.text.find("ANTHROPIC_API_KEY") != std::string::npos);
    }
}

}  // namespace config_test
