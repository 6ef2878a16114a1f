#include "agent/docs/context7/kept/answer_lock.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace answer_lock_test {

using namespace agent;
using test::temporary_project;

namespace {

kept_answer answer(std::string body)
{
    kept_answer out;
    out.body = std::move(body);
    out.server = "Context7 4";
    out.stored = std::chrono::system_clock::from_time_t(1'763'510'400);  // 2025-11-19
    return out;
}

std::string text_of(std::filesystem::path const& file)
{
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

}  // namespace

TEST_CASE("what was pinned is the answer from then on, in every process")
{
    temporary_project const folder;
    auto const file = folder.path() / "docs.lock.json";
    answer_lock first(file);
    CHECK(!first.find("a"));
    first.keep("a", answer("one \"quoted\"\nline"));
    first.keep("a", answer("another"));
    CHECK(first.warning().empty());

    answer_lock second(file);
    auto const found = second.find("a");
    REQUIRE(found);
    CHECK(found->body == "one \"quoted\"\nline");
    CHECK(found->server == "Context7 4");
    CHECK(found->fresh);
    CHECK(found->stored == answer("").stored);
}

TEST_CASE("two that pin at the same time lose nothing of each other, and write a line for each")
{
    temporary_project const folder;
    auto const file = folder.path() / "docs.lock.json";
    answer_lock first(file);
    answer_lock second(file);
    CHECK(!first.find("x"));
    CHECK(!second.find("x"));
    first.keep("b", answer("of the first"));
    second.keep("a", answer("of the second"));
    CHECK(
        text_of(file) ==
        "{\"version\": 1, \"answers\": {\n"
        "\"a\": {\"server\":\"Context7 4\",\"stored\":\"2025-11-19\",\"body\":\"of the second\"},\n"
        "\"b\": {\"server\":\"Context7 4\",\"stored\":\"2025-11-19\",\"body\":\"of the first\"}\n"
        "}}\n");
}

TEST_CASE("a file that is none of ours pins nothing and is never written over")
{
    temporary_project const folder;
    auto const file = folder.path() / "docs.lock.json";
    for (char const* text :
         {"", "not json", "[]", R"({"version":2,"answers":{}})", R"({"name":"my-app"})"}) {
        CAPTURE(text);
        std::ofstream(file) << text;
        answer_lock lock(file);
        CHECK(!lock.find("a"));
        auto const said = lock.warning();
        CHECK(said.find("nothing is pinned") != std::string::npos);
        CHECK(lock.warning().empty());
        lock.keep("a", answer("one"));
        CHECK(text_of(file) == text);
    }
}

}  // namespace answer_lock_test
