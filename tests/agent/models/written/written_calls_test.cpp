#include "agent/models/sampling/sampling_message.hpp"
#include "agent/models/written/written_calls.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace written_calls_test {

namespace {

agent::turn read(std::string_view text)
{
    auto out = agent::read_written(text, "call_3");
    REQUIRE(out.has_value());
    return *out;
}

}  // namespace

TEST_CASE("calls in writing are read as the calls they are")
{
    auto const got = read(R"({"text":"Look","calls":[{"tool":"a","input":{"x":1}},{"tool":"b"}]})");
    CHECK(got.text == "Look");
    REQUIRE(got.calls.size() == 2);
    CHECK(got.calls[0].id == "call_3_0");
    CHECK(got.calls[0].name == "a");
    CHECK(got.calls[0].input == R"({"x":1})");
    CHECK(got.calls[1].id == "call_3_1");
    CHECK(got.calls[1].input == "{}");
    CHECK(got.stop == agent::stop_reason::tool_use);
}

TEST_CASE("words and fences around them change nothing")
{
    auto const* const object = R"({"calls":[{"tool":"a","input":{}}]})";
    for (auto const& text :
         {std::string("```json\n") + object + "\n```",
          std::string("First:\n\n") + object,
          std::string("First:\n```json\n") + object + "\n```\nThat was it.",
          std::string("  ") + object + "\n"}) {
        CAPTURE(text);
        CHECK(read(text).calls.size() == 1);
    }
}

TEST_CASE("text is an answer, and so is an object without calls")
{
    CHECK(read("Just this.").text == "Just this.");
    CHECK(read("Just {this}.").stop == agent::stop_reason::end_turn);
    CHECK(read(R"({"text":"Done."})").text == "Done.");
    CHECK(read(R"({"text":"Done.","calls":[]})").calls.empty());
    CHECK(read("").text.empty());
    CHECK(read(R"(A file like {"name":"x"} is enough.)").calls.empty());
}

TEST_CASE("calls that cannot be read fail as calls, or the answer does")
{
    auto const cut = read(R"({"text":"x","calls":[{"tool":"write_file","input":{"path":"a)");
    REQUIRE(cut.calls.size() == 1);
    CHECK(cut.calls[0].name == "write_file");
    auto const nameless = agent::read_written(R"({"calls":[{"inp)", "c");
    REQUIRE(!nameless.has_value());
    CHECK(nameless.error().retryable);
    for (auto const* odd :
         {R"({"calls":[1,null,{"tool":7,"input":"text"}]})",
          R"({"calls":[{"tool":"a","input":[]}]})"})
        for (auto const& call : read(odd).calls)
            CHECK(!call.id.empty());
    CHECK(read(R"({"calls":{"tool":"a"}})").calls.empty());
}

TEST_CASE("an endless supply of beginnings is looked at for a while only")
{
    std::string many;
    for (int i = 0; i < 100'000; ++i)
        many += "\n{\"a\":\"";
    CHECK(read(many).calls.empty());
}

TEST_CASE("what was written is what is read again")
{
    agent::turn said;
    said.text = "a \"quoted\" line\n";
    said.calls.push_back({"id", "edit_file", R"({"path":"x","n":1})"});
    said.calls.push_back({"id2", "list_files", "not json"});
    auto const again = read(agent::written(said));
    CHECK(again.text == said.text);
    REQUIRE(again.calls.size() == 2);
    CHECK(again.calls[0].input == said.calls[0].input);
    CHECK(again.calls[1].input == "{}");
}

TEST_CASE("a client's answer is a turn, whatever its shape")
{
    std::vector<std::string> const system;
    std::vector<agent::tool_declaration const*> const tools;
    agent::conversation const messages{agent::user_message{"do it"}};
    agent::model_request const request{system, tools, messages};
    auto const turn_of = [&](std::string_view content, std::optional<std::string> stop) {
        mcp::CreateMessageResult result;
        result.role = "assistant";
        result.model = "m";
        result.content = boost::json::parse(content);
        result.stopReason = std::move(stop);
        auto out = agent::sampled_turn(result, request);
        REQUIRE(out.has_value());
        return *out;
    };
    auto const called = turn_of(
        R"([{"type":"text","text":"a"},{"type":"image"},7,{"type":"tool_use","id":"","name":"t","input":{}}])",
        "toolUse");
    CHECK(called.text == "a");
    REQUIRE(called.calls.size() == 1);
    CHECK(called.calls[0].id == "call_1_0");
    CHECK(called.stop == agent::stop_reason::tool_use);
    CHECK(called.model == "m");
    CHECK(
        turn_of(R"({"type":"text","text":"done"})", "endTurn").stop ==
        agent::stop_reason::end_turn);
    CHECK(
        turn_of(R"({"type":"text","text":"cu"})", "maxTokens").stop ==
        agent::stop_reason::max_tokens);
    CHECK(
        turn_of(R"({"type":"text","text":"x"})", std::nullopt).stop ==
        agent::stop_reason::end_turn);
    CHECK(turn_of(R"("no block")", std::nullopt).text.empty());
}

}  // namespace written_calls_test
