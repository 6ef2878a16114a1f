#include "agent/docs/bundled/index/vocabulary.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace vocabulary_test {

using namespace agent;

namespace {

vocabulary ours(std::string_view meanings)
{
    auto read = vocabulary::with("{\"meanings\": [" + std::string(meanings) + "]}");
    REQUIRE(read.has_value());
    return *read;
}

bool means(
    vocabulary const& words,
    std::string_view question,
    std::string_view written,
    std::string_view package = "next")
{
    auto const all = words.written_for(question, package);
    return std::find(all.begin(), all.end(), written) != all.end();
}

std::string refused(std::string_view text)
{
    auto const read = vocabulary::with(text);
    REQUIRE(read.has_error());
    return read.error();
}

}  // namespace

TEST_CASE("the vocabulary that is compiled in can be read, and another is laid over it")
{
    vocabulary const plain;
    CHECK(plain.size() > 500);
    auto const more = ours(R"({"said": ["frobnicate*"], "written": "frob"})");
    CHECK(more.size() == plain.size() + 1);
    CHECK(means(more, "Frobnicates it?", "frob"));
    CHECK(!means(plain, "Frobnicates it?", "frob"));
    CHECK(means(more, "each customer on a subdomain", "multi-tenant tenant"));
}

TEST_CASE("what is said stands as whole words, a star for any ending, an s for more of them")
{
    auto const words = ours(R"({"said": ["frob", "blub*", ".zap"], "written": "w"})");
    CHECK(means(words, "the frob.", "w"));
    CHECK(means(words, "two FROBS", "w"));
    CHECK(means(words, "blubbering", "w"));
    CHECK(means(words, "a file.zap", "w"));
    CHECK(!means(words, "frobber", "w"));
    CHECK(!means(words, "afrob", "w"));
    CHECK(!means(words, "ablub", "w"));
    CHECK(!means(words, "", "w"));
}

TEST_CASE("parts that a plus joins must all be there, in any order")
{
    auto const words = ours(R"({"said": ["frob* + zap + a b"], "written": "w"})");
    CHECK(means(words, "a b: zap the frobs", "w"));
    CHECK(means(words, "frobbing, then a b, then zaps", "w"));
    CHECK(!means(words, "zap the frobs", "w"));
    CHECK(!means(words, "frob frob frob", "w"));
}

TEST_CASE("a meaning is one of its packages alone, and comes once")
{
    auto const words =
        ours(R"({"packages": ["zod", "@a/b"], "said": ["frob", "zap"], "written": "w"})");
    CHECK(means(words, "frob", "w", "@a/b"));
    CHECK(!means(words, "frob", "w", "next"));
    auto const all = words.written_for("frob zap frob", "zod");
    CHECK(std::count(all.begin(), all.end(), "w") == 1);
}

TEST_CASE("a vocabulary that is wrong is refused with what is wrong in it")
{
    CHECK(refused("{").find("is not JSON") != std::string::npos);
    CHECK(refused("[]").find("the file") != std::string::npos);
    CHECK(refused(R"({"meaning": []})").find("did you mean \"meanings\"?") != std::string::npos);
    CHECK(
        refused(R"({"meanings": [{"said": [], "written": "w"}]})").find("at least one phrase") !=
        std::string::npos);
    CHECK(
        refused(R"({"meanings": [{"said": ["a"], "written": ""}]})").find("written") !=
        std::string::npos);
    for (auto const* said : {"", "*", "a*b", "a + ", "a + *", "a + b + c + d + e + f + g + h + i"})
        CHECK(
            refused(R"({"meanings": [{"said": [")" + std::string(said) + R"("], "written": "w"}]})")
                .find("is not a phrase") != std::string::npos);
    CHECK(vocabulary::with_file("/nonexistent/v.json").has_error());
}

TEST_CASE("a question of any length and of any bytes is looked up")
{
    vocabulary const words;
    CHECK_NOTHROW(words.written_for(std::string(1 << 20, 'a'), "next"));
    CHECK_NOTHROW(words.written_for("\xff\xfe \x01 ünïcödé + * |", "next"));
}

}  // namespace vocabulary_test
