#include "agent/models/messages/message_stream.hpp"
#include "agent/models/raw_json.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace message_stream_test {

using agent::message_stream;
using agent::model_errc;
using agent::stop_reason;

namespace {

std::string event(std::string_view name, std::string_view rest)
{
    return "event: " + std::string(name) + "\ndata: {\"type\":\"" + std::string(name) + "\"" +
           (rest.empty() ? "" : ",") + std::string(rest) + "}\n\n";
}

std::string start(std::string_view usage = R"({"input_tokens":25,"output_tokens":1})")
{
    return event(
        "message_start",
        R"("message":{"model":"m","content":[],"stop_reason":null,"usage":)" + std::string(usage) +
            "}");
}

std::string block(int index, std::string_view content)
{
    return event(
        "content_block_start",
        "\"index\":" + std::to_string(index) + ",\"content_block\":" + std::string(content));
}

std::string delta(int index, std::string_view content)
{
    return event(
        "content_block_delta",
        "\"index\":" + std::to_string(index) + ",\"delta\":" + std::string(content));
}

std::string stop(std::string_view reason = R"("end_turn")")
{
    return event(
               "message_delta",
               R"("delta":{"stop_reason":)" + std::string(reason) +
                   R"(,"stop_sequence":null},"usage":{"output_tokens":89,"input_tokens":null})") +
           event("message_stop", "");
}

struct received {
    std::optional<agent::model_error> error;
    bool complete = false;
    agent::turn turn;
    std::string streamed;
};

received feed(std::vector<std::string_view> pieces)
{
    received out;
    message_stream stream([&](std::string_view text) { out.streamed += text; });
    mcp::sse_parser parser;
    std::vector<mcp::sse_event> events;
    for (auto piece : pieces)
        parser.feed(piece, events);
    for (auto const& e : events)
        stream.feed(e);
    out.error = stream.error();
    out.complete = stream.complete();
    if (out.complete)
        out.turn = stream.result();
    return out;
}

received feed(std::string const& bytes)
{
    return feed(std::vector<std::string_view>{bytes});
}

std::string const whole =
    start(
        R"({"input_tokens":25,"cache_read_input_tokens":900,"cache_creation_input_tokens":40,)"
        R"("cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":10},"output_tokens":1})") +
    event("ping", "") + block(0, R"({"type":"thinking","thinking":"","signature":""})") +
    delta(0, R"({"type":"thinking_delta","thinking":"Let me "})") +
    delta(0, R"({"type":"thinking_delta","thinking":"see"})") +
    delta(0, R"({"type":"signature_delta","signature":"first"})") +
    delta(0, R"({"type":"signature_delta","signature":"EqQB"})") +
    event("content_block_stop", R"("index":0)") + block(1, R"({"type":"text","text":""})") +
    delta(1, R"({"type":"text_delta","text":"Gr\u00fc\u00dfe \ud83d\ude00 "})") +
    delta(1, R"({"type":"text_delta","text":"\"quoted\"\n"})") +
    event("content_block_stop", R"("index":1)") +
    block(
        2,
        R"({"type":"tool_use","id":"t1","name":"read_file","input":{},"caller":{"type":"direct"},"x":1.10e5})") +
    delta(2, R"({"type":"input_json_delta","partial_json":""})") +
    delta(2, R"({"type":"input_json_delta","partial_json":"{\"path\": \"app/"})") +
    delta(2, R"({"type":"input_json_delta","partial_json":"r\u00e9.ts\",\"n\":1.0}"})") +
    event("content_block_stop", R"("index":2)") + stop(R"("tool_use")");

}  // namespace

TEST_CASE("a message stream is assembled block by block, and kept as it was spelled")
{
    auto const got = feed(whole);
    REQUIRE(got.complete);
    CHECK(
        got.turn.content == R"([{"type":"thinking","thinking":"Let me see","signature":"EqQB"},)"
                            "{\"type\":\"text\",\"text\":\"Gr\xC3\xBC\xC3\x9F"
                            "e \xF0\x9F\x98\x80 \\\"quoted\\\"\\n\"},"
                            "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"read_file\","
                            "\"input\":{\"path\": \"app/r\xC3\xA9.ts\",\"n\":1.0},"
                            "\"caller\":{\"type\":\"direct\"},\"x\":1.10e5}]");
    CHECK(got.turn.text == got.streamed);
    REQUIRE(got.turn.calls.size() == 1);
    CHECK(got.turn.calls[0].input == "{\"path\": \"app/r\xC3\xA9.ts\",\"n\":1.0}");
    CHECK(got.turn.stop == stop_reason::tool_use);
    CHECK(got.turn.usage.input == 25);
    CHECK(got.turn.usage.output == 89);
    CHECK(got.turn.usage.cache_read == 900);
    CHECK(got.turn.usage.cache_write_5m == 30);
    CHECK(got.turn.usage.cache_write_1h == 10);
}

TEST_CASE("a message means the same however its stream is split")
{
    auto const expected = feed(whole).turn.content;
    std::string_view const all = whole;
    for (std::size_t at = 0; at <= all.size(); ++at) {
        auto const got = feed({all.substr(0, at), all.substr(at)});
        CHECK(got.complete);
        CHECK(got.turn.content == expected);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < all.size(); ++i)
        bytes.push_back(all.substr(i, 1));
    CHECK(feed(bytes).turn.content == expected);
}

TEST_CASE("a message stream cut anywhere is never complete")
{
    std::string_view const all = whole;
    for (std::size_t at = 0; at < all.size(); ++at)
        CHECK(!feed({all.substr(0, at)}).complete);
}

TEST_CASE("blocks of a message may overlap, lack an input and end last, as llama.cpp sends them")
{
    auto const got = feed(
        start() + block(0, R"({"type":"thinking","thinking":""})") +
        delta(0, R"({"type":"thinking_delta","thinking":"a"})") +
        block(2, R"({"type":"tool_use","id":"b","name":"two"})") +
        block(1, R"({"type":"tool_use","id":"a","name":"one"})") +
        delta(2, R"({"type":"input_json_delta","partial_json":"{\"n\":"})") +
        delta(1, R"({"type":"input_json_delta","partial_json":"{}"})") +
        delta(2, R"({"type":"input_json_delta","partial_json":"2}"})") +
        delta(0, R"({"type":"signature_delta","signature":""})") +
        event("content_block_stop", R"("index":0)") + event("content_block_stop", R"("index":1)") +
        stop(R"("tool_use")"));
    REQUIRE(got.complete);
    CHECK(
        got.turn.content ==
        R"([{"type":"thinking","thinking":"a","signature":""},{"type":"tool_use","id":"a","name":"one","input":{}},{"type":"tool_use","id":"b","name":"two","input":{"n":2}}])");
    CHECK(got.turn.calls.at(0).id == "a");
    CHECK(got.turn.calls.at(1).input == R"({"n":2})");
}

TEST_CASE("what a message stream does not know is passed over or kept")
{
    auto const odd =
        R"({"type":"server_thing","n":18446744073709551616,"f":0.10,"deep":{"a":[1, 2 ]}})";
    auto const got = feed(
        start() + event("mystery", R"("index":77)") + block(0, odd) +
        delta(0, R"({"type":"mystery_delta","text":"x"})") + ": comment\n\n" +
        block(1, R"({"type":"text","text":"from the start"})") +
        delta(1, R"({"type":"citations_delta","citation":{"cited":1.50}})") + stop() +
        "data: [DONE]\n\n");
    REQUIRE(got.complete);
    CHECK(
        got.turn.content ==
        std::string("[") + odd +
            R"(,{"type":"text","text":"from the start","citations":[{"cited":1.50}]}])");
    CHECK(got.streamed == "from the start");
}

TEST_CASE("an input that is not JSON is handed on as it is, and stays JSON in the history")
{
    auto with_input = [](std::string_view pieces) {
        return feed(
            start() + block(0, R"({"type":"tool_use","id":"a","name":"n","input":{}})") +
            delta(
                0,
                R"({"type":"input_json_delta","partial_json":)" + agent::json_string(pieces) +
                    "}") +
            stop(R"("tool_use")"));
    };
    for (auto text : {"{\"path\":\"a", "[1]", "{\"a\":1}{", "nonsense"}) {
        auto const got = with_input(text);
        REQUIRE(got.complete);
        CHECK(got.turn.calls.at(0).input == text);
        auto const history = boost::json::parse(got.turn.content);
        CHECK(history.at(0).at("input").at("INVALID_JSON").as_string() == text);
    }
    CHECK(with_input("").turn.calls.at(0).input == "{}");
    auto const deep = with_input(std::string(5000, '['));
    CHECK(boost::json::parse(deep.turn.content).at(0).at("input").is_object());
}

TEST_CASE("every stop reason of a message is told apart, and an unknown one is named")
{
    std::pair<char const*, stop_reason> const reasons[] = {
        {"\"end_turn\"", stop_reason::end_turn},
        {"\"stop_sequence\"", stop_reason::stop_sequence},
        {"\"max_tokens\"", stop_reason::max_tokens},
        {"\"pause_turn\"", stop_reason::pause_turn},
        {"\"model_context_window_exceeded\"", stop_reason::context_window_exceeded},
        {"\"compaction\"", stop_reason::unknown},
        {"null", stop_reason::unknown},
    };
    for (auto const& [word, reason] : reasons)
        CHECK(feed(start() + stop(word)).turn.stop == reason);
    CHECK(feed(start() + stop("\"compaction\"")).turn.stop_detail == "compaction");
    CHECK(feed(start() + stop("null")).turn.stop_detail == "none");
    auto const refused = feed(
        start() +
        event(
            "message_delta",
            R"("delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber"}})") +
        event("message_stop", ""));
    CHECK(refused.turn.stop == stop_reason::refusal);
    CHECK(refused.turn.stop_detail == "cyber");
    CHECK(refused.turn.content == "[]");
}

TEST_CASE("an error inside a message stream ends it, in the words of both kinds of server")
{
    auto const overloaded = feed(
        start() +
        "event: error\ndata: "
        "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"},"
        "\"request_id\":\"req_1\"}\n\n" +
        stop());
    REQUIRE(overloaded.error);
    CHECK(!overloaded.complete);
    CHECK(overloaded.error->kind == model_errc::overloaded);
    CHECK(overloaded.error->retryable);
    CHECK(overloaded.error->streaming);
    CHECK(overloaded.error->request_id == "req_1");
    auto const bare = feed(
        start() + "event: error\ndata: {\"code\":400,\"message\":\"too "
                  "long\",\"type\":\"exceed_context_size_error\"}\n\n");
    REQUIRE(bare.error);
    CHECK(bare.error->kind == model_errc::context_overflow);
    CHECK(!bare.error->retryable);
}

TEST_CASE("a malformed message stream is broken, never half believed")
{
    std::string const text_block = block(0, R"({"type":"text","text":""})");
    std::vector<std::string> const streams = {
        stop(),
        text_block,
        start() + start(),
        start() + "data: {\"type\":\n\n",
        start() + "data: 7\n\n",
        event("message_start", R"("message":[])"),
        start() + block(0, "[]"),
        start() + text_block + text_block,
        start() + block(-1, R"({"type":"text"})"),
        start() + delta(0, R"({"type":"text_delta","text":"x"})"),
        start() + text_block + delta(0, "[]"),
        start() + text_block + delta(0, R"({"type":"text_delta","text":7})"),
        start() + block(0, R"({"type":"tool_use","name":"n"})") + stop(),
        start() + block(0, R"({"type":"tool_use","id":"a","name":"n"})") +
            block(1, R"({"type":"tool_use","id":"a","name":"n"})") + stop(),
        start() + "data: " + std::string(300, '[') + "\n\n",
    };
    for (auto const& stream : streams) {
        INFO(stream);
        auto const got = feed(stream);
        REQUIRE(got.error);
        CHECK(got.error->kind == model_errc::broken_stream);
        CHECK(got.error->retryable);
        CHECK(!got.complete);
    }
}

TEST_CASE("a tool input over its limit ends the stream and is not asked for again")
{
    std::string stream = start() + block(0, R"({"type":"tool_use","id":"a","name":"n"})");
    for (int i = 0; i < 17; ++i)
        stream += delta(
            0, R"({"type":"input_json_delta","partial_json":")" + std::string(65536, 'x') + "\"}");
    auto const got = feed(stream);
    REQUIRE(got.error);
    CHECK(!got.error->retryable);
}

}  // namespace message_stream_test
