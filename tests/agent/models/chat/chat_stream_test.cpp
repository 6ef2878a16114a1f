#include "agent/models/chat/chat_stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace chat_stream_test {

using agent::chat_stream;
using agent::model_errc;
using agent::stop_reason;

namespace {

// A chunk with one choice.
std::string chunk(std::string_view delta, std::string_view finish = "null")
{
    return R"({"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":)" +
           std::string(delta) + R"(,"finish_reason":)" + std::string(finish) + "}]}";
}

std::string calls(std::string_view list, std::string_view finish = "null")
{
    return chunk(R"({"tool_calls":[)" + std::string(list) + "]}", finish);
}

struct received {
    bool complete = false;
    std::optional<agent::model_error> error;
    agent::turn turn;
    std::string streamed;
};

received feed(std::vector<std::string> const& chunks)
{
    received out;
    chat_stream stream("call_7", [&](std::string_view text) { out.streamed += text; });
    for (auto const& data : chunks) {
        mcp::sse_event event;
        event.data = data;
        stream.feed(event);
    }
    stream.close();
    out.complete = stream.complete();
    out.error = stream.error();
    if (out.complete)
        out.turn = stream.result();
    return out;
}

}  // namespace

TEST_CASE("chat: text, a finish reason, usage and [DONE] are a turn")
{
    auto const got = feed(
        {chunk(R"({"role":"assistant","content":"Hel"})"),
         chunk(R"({"content":"lo"})"),
         chunk("{}", R"("stop")"),
         R"({"choices":[],"usage":{"prompt_tokens":30,"completion_tokens":7,)"
         R"("prompt_tokens_details":{"cached_tokens":20},)"
         R"("completion_tokens_details":{"reasoning_tokens":3}}})",
         "[DONE]"});
    REQUIRE(got.complete);
    CHECK(got.turn.text == "Hello");
    CHECK(got.streamed == "Hello");
    CHECK(got.turn.content == R"({"role":"assistant","content":"Hello"})");
    CHECK(got.turn.stop == stop_reason::end_turn);
    CHECK(got.turn.usage.input == 10);
    CHECK(got.turn.usage.cache_read == 20);
    CHECK(got.turn.usage.output == 7);
    CHECK(got.turn.usage.thinking == 3);
    CHECK(got.turn.model == "m");
}

TEST_CASE("chat 2.4 (1): calls come in pieces by index, whole, or without an index or an id")
{
    auto const pieces = feed(
        {calls(
             R"({"index":0,"id":"a","type":"function","function":{"name":"read","arguments":""}})"),
         calls(R"({"index":0,"function":{"arguments":"{\"p\":"}})"),
         calls(R"({"index":1,"id":"b","function":{"name":"list","arguments":"{}"}})"),
         calls(R"({"index":0,"id":"","function":{"arguments":"1}"}})", R"("tool_calls")"),
         "[DONE]"});
    REQUIRE(pieces.complete);
    REQUIRE(pieces.turn.calls.size() == 2);
    CHECK(pieces.turn.calls[0].id == "a");
    CHECK(pieces.turn.calls[0].input == R"({"p":1})");
    CHECK(pieces.turn.calls[1].name == "list");
    CHECK(pieces.turn.stop == stop_reason::tool_use);

    auto const no_index = feed(
        {calls(R"({"id":"a","function":{"name":"read","arguments":"{}"}},)"
               R"({"id":"b","function":{"name":"read","arguments":"{\"x\":"}})"),
         calls(R"({"function":{"arguments":"2}"}})"),
         "[DONE]"});
    REQUIRE(no_index.turn.calls.size() == 2);
    CHECK(no_index.turn.calls[1].input == R"({"x":2})");

    auto const nameless = feed(
        {calls(R"({"id":"","function":{"name":"read","arguments":"{}"}})"),
         calls(R"({"function":{"name":"list","arguments":"{}"}})"),
         "[DONE]"});
    REQUIRE(nameless.turn.calls.size() == 2);
    CHECK(nameless.turn.calls[0].id == "call_7_0");
    CHECK(nameless.turn.calls[1].id == "call_7_1");

    auto const same_index = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{}"}})"),
         calls(R"({"index":0,"id":"b","function":{"name":"list","arguments":"{}"}})"),
         "[DONE]"});
    CHECK(same_index.turn.calls.size() == 2);

    auto const same_id = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{}"}})"),
         calls(R"({"index":1,"id":"a","function":{"name":"list","arguments":"{}"}})"),
         "[DONE]"});
    REQUIRE(same_id.turn.calls.size() == 2);
    CHECK(same_id.turn.calls[1].id == "call_7_1");
}

TEST_CASE("chat 2.4 (2): arguments may be an object, nothing, or no JSON")
{
    auto const object = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":{"p": 1.50}}})"),
         "[DONE]"});
    CHECK(object.turn.calls.at(0).input == R"({"p": 1.50})");

    auto const none = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":""}})"), "[DONE]"});
    CHECK(none.turn.calls.at(0).input == "{}");

    auto const broken = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{\"p\":"}})"),
         "[DONE]"});
    CHECK(broken.turn.calls.at(0).input == R"({"p":)");
    CHECK(broken.turn.content.find(R"("arguments":"{}")") != std::string::npos);
}

TEST_CASE("chat 2.4 (3): calls decide, not the word that is said beside them")
{
    for (auto const* word : {R"("stop")", R"("tool_calls")", R"("function_call")", "null"}) {
        auto const got = feed(
            {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{}"}})", word),
             "[DONE]"});
        CHECK(got.turn.stop == stop_reason::tool_use);
    }
    auto const cut = feed(
        {calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{"}})", R"("length")"),
         "[DONE]"});
    CHECK(cut.turn.stop == stop_reason::max_tokens);
}

TEST_CASE(
    "chat 2.4 (4): reasoning is no text under any of its names, and is kept beside calls alone")
{
    for (auto const* name : {"reasoning_content", "reasoning"}) {
        auto const thought = chunk("{\"" + std::string(name) + R"(":"hmm","content":null})");
        auto const text = feed({thought, chunk(R"({"content":"yes"})", R"("stop")"), "[DONE]"});
        CHECK(text.turn.text == "yes");
        CHECK(text.turn.content == R"({"role":"assistant","content":"yes"})");
        auto const call = feed(
            {thought,
             calls(R"({"index":0,"id":"a","function":{"name":"read","arguments":"{}"}})"),
             "[DONE]"});
        CHECK(call.turn.content.find(R"("reasoning_content":"hmm")") != std::string::npos);
    }
    auto const tagged = feed(
        {chunk(R"({"content":"<thi"})"),
         chunk(R"({"content":"nk>a <b> c</thi"})"),
         chunk(R"({"content":"nk>\n\nanswer"})", R"("stop")"),
         "[DONE]"});
    CHECK(tagged.turn.text == "answer");
    auto const unfinished = feed({chunk(R"({"content":"<think>for ever"})", R"("length")")});
    CHECK(unfinished.turn.text.empty());
    CHECK(unfinished.turn.content.empty());
    CHECK(feed({chunk(R"({"content":"a <think> b"})", R"("stop")")}).turn.text == "a <think> b");
}

TEST_CASE("chat 2.4 (5): usage is absent, or in every chunk, and the last counts")
{
    CHECK(feed({chunk(R"({"content":"x"})", R"("stop")"), "[DONE]"}).turn.usage.output == 0);
    auto const many = feed(
        {R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}})",
         R"({"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}})",
         R"({"choices":[],"usage":null})",
         "[DONE]"});
    CHECK(many.turn.usage.input == 5);
    CHECK(many.turn.usage.output == 2);
    // More cached than asked, or negative: nonsense is no negative number of tokens.
    auto const odd = feed(
        {R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":-2,"prompt_tokens_details":{"cached_tokens":9}}})",
         "[DONE]"});
    CHECK(odd.turn.usage.input == 0);
    CHECK(odd.turn.usage.output == 0);
}

TEST_CASE("chat 2.4 (6): an error in the middle is an error, by its word or its number")
{
    auto const numbered = feed(
        {chunk(R"({"content":"x"})"),
         R"({"error":{"code":429,"message":"slow down"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]})"});
    REQUIRE(numbered.error);
    CHECK(numbered.error->kind == model_errc::rate_limited);
    CHECK(numbered.error->retryable);
    CHECK(numbered.error->streaming);
    auto const worded = feed({R"({"error":{"type":"server_error","message":"oops"}})"});
    REQUIRE(worded.error);
    CHECK(worded.error->kind == model_errc::server_error);
    auto const bare = feed({chunk("{}", R"("error")")});
    REQUIRE(bare.error);
    CHECK(bare.error->kind == model_errc::broken_stream);
    CHECK(bare.error->retryable);
    CHECK(feed({R"({"error":null,"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]})"})
              .complete);
}

TEST_CASE("chat 2.4 (9): [DONE] may be missing after a finish reason, and nothing else may")
{
    CHECK(feed({chunk(R"({"content":"x"})", R"("stop")")}).complete);
    CHECK(!feed({chunk(R"({"content":"x"})")}).complete);
    CHECK(!feed({}).complete);
    CHECK(feed({chunk(R"({"content":"x"})"), "[DONE]"}).turn.stop == stop_reason::end_turn);
}

TEST_CASE("chat: a filter's refusal, the model's own, and words nobody knows")
{
    auto const filtered = feed({chunk(R"({"content":"x"})", R"("content_filter")")});
    CHECK(filtered.turn.stop == stop_reason::refusal);
    CHECK(filtered.turn.stop_detail == "content_filter");
    auto const refused = feed({chunk(R"({"refusal":"I will not."})", R"("stop")")});
    CHECK(refused.turn.stop == stop_reason::refusal);
    CHECK(refused.turn.stop_detail == "I will not.");
    auto const odd = feed({chunk(R"({"content":"x"})", R"("bored")")});
    CHECK(odd.turn.stop == stop_reason::unknown);
    CHECK(odd.turn.stop_detail == "bored");
}

TEST_CASE("chat: what is no answer breaks it, and never twice")
{
    for (auto const* data : {"", "{", "[]", "1", "\"x\"", "nonsense"}) {
        CAPTURE(data);
        auto const got = feed({chunk(R"({"content":"x"})"), data, chunk("{}", R"("stop")")});
        REQUIRE(got.error);
        CHECK(got.error->kind == model_errc::broken_stream);
        CHECK(!got.complete);
    }
    CHECK(feed({calls(R"({"index":0,"id":"a","function":{"arguments":"{}"}})"), "[DONE]"}).error);
    CHECK(feed({calls("1"), "[DONE]"}).error);
    std::string many;
    for (int i = 0; i < 300; ++i)
        many += (i ? "," : "") + (R"({"index":)" + std::to_string(i)) + R"(,"id":"i)" +
                std::to_string(i) + R"(","function":{"name":"x"}})";
    CHECK(feed({calls(many), "[DONE]"}).error);
    std::string const piece(600'000, 'x');
    auto const huge =
        R"({"index":0,"id":"a","function":{"name":"x","arguments":")" + piece + "\"}}";
    auto const got = feed({calls(huge), calls(huge), "[DONE]"});
    REQUIRE(got.error);
    CHECK(!got.error->retryable);
    // Members of other types than are documented are passed over.
    CHECK(
        feed({R"({"choices":{},"usage":[],"model":1})",
              R"({"choices":[1]})",
              R"({"choices":[{"delta":[],"finish_reason":1}]})",
              chunk(R"({"content":1,"tool_calls":{},"refusal":[]})"),
              chunk(R"({"content":[{"type":"text","text":"ok"},1]})", R"("stop")")})
            .turn.text == "ok");
}

}  // namespace chat_stream_test
