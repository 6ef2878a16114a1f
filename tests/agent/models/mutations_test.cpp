#include "agent/models/chat/chat_stream.hpp"
#include "agent/models/messages/message_stream.hpp"
#include "protocol/sse.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace mutations_test {

// Model-apis 6.3: what a network or a proxy may make of a recorded answer. Whatever comes, the
// answer is a turn that can be replayed, or a classified error.

using agent::answer_stream;

namespace {

constexpr int rounds = 5'000;  // of each API
constexpr std::size_t most_growth = std::size_t(64) << 10;

std::vector<std::string> const messages_events{
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"role\":"
    "\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":"
    "25,\"cache_read_input_tokens\":3,\"output_tokens\":1}}}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
    "\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
    "\"type\":\"signature_delta\",\"signature\":\"EqQB\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,"
    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{"
    "\"type\":\"text_delta\",\"text\":\"Gr\xC3\xBC\xC3\x9F\x65 \xF0\x9F\x98\x80\"}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,"
    "\"content_block\":{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"read_file\",\"input\":{}}}"
    "\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{"
    "\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"path\\\":\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{"
    "\"type\":\"input_json_delta\",\"partial_json\":\"\\\"a.ts\\\"}\"}}\n\n",
    "event: message_delta\ndata: "
    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\"},"
    "\"usage\":{\"output_tokens\":89}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
};

std::vector<std::string> const chat_events{
    "data: "
    "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
    "\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    ": OPENROUTER PROCESSING\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"hmm\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gr\xC3\xBC\xC3\x9F\x65\"}}]}\n\n",
    "data: "
    "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":"
    "\"function\",\"function\":{\"name\":\"read_file\",\"arguments\":\"\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{"
    "\"arguments\":\"{\\\"path\\\":\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{"
    "\"arguments\":\"\\\"a\\\"}\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n",
    "data: [DONE]\n\n",
};

class mutations {
public:
    explicit mutations(unsigned seed) : random_(seed) {}

    std::string of(std::vector<std::string> events)
    {
        for (auto left = 1 + below(3); left > 0; --left)
            change(events);
        std::string all;
        for (auto const& event : events)
            all += event;
        for (auto left = below(3); left > 0 && !all.empty(); --left)
            damage(all);
        return all;
    }

    // In pieces, as a network hands it over.
    std::vector<std::string_view> pieces(std::string_view text)
    {
        std::vector<std::string_view> out;
        while (!text.empty()) {
            auto const size = std::min<std::size_t>(text.size(), 1 + below(below(4) ? 40 : 4000));
            out.push_back(text.substr(0, size));
            text.remove_prefix(size);
        }
        return out;
    }

private:
    std::size_t below(std::size_t limit) { return limit ? random_() % limit : 0; }

    void change(std::vector<std::string>& events)
    {
        if (events.empty())
            return;
        auto const at = below(events.size());
        auto const place = events.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(5)) {
        case 0:
            events.erase(place);
            break;
        case 1:
            events.insert(place, std::string(events[below(events.size())]));
            break;
        case 2:
            std::swap(events[at], events[below(events.size())]);
            break;
        case 3:
            events.resize(at);
            break;
        default:
            events[at].insert(below(events[at].size()), std::string(below(most_growth), 'x'));
            break;
        }
    }

    void damage(std::string& text)
    {
        static constexpr std::string_view odd[] = {
            "\xFF",
            "\xC3",
            "\xED\xA0\x80",
            "\r",
            "\n",
            "\n\n",
            "\"",
            "{",
            "]",
            "\\u0000",
            "null",
            "1e999"};
        auto const at = below(text.size());
        switch (below(4)) {
        case 0:
            text.resize(at);
            break;
        case 1:
            text.insert(at, odd[below(std::size(odd))]);
            break;
        case 2:
            text[at] = static_cast<char>(below(256));
            break;
        default:
            text.erase(at, 1 + below(30));
            break;
        }
    }

    std::mt19937 random_;
};

// Whether it ended as it has to.
void holds(answer_stream& stream, std::vector<std::string_view> const& pieces)
{
    mcp::sse_parser parser;
    std::vector<mcp::sse_event> events;
    bool broken = false;
    for (auto const piece : pieces) {
        events.clear();
        broken = parser.feed(piece, events) != mcp::sse_errc::none;
        for (auto const& event : events)
            stream.feed(event);
        if (broken || stream.complete() || stream.error())
            break;
    }
    stream.close();
    REQUIRE_FALSE((stream.complete() && stream.error()));
    if (stream.error()) {
        CHECK(stream.error()->kind != agent::model_errc::none);
        CHECK(!stream.error()->message.empty());
        CHECK(stream.error()->message.size() < 2'000);
    }
    auto const usage = stream.usage();
    CHECK(usage.total_input() >= 0);
    CHECK(usage.output >= 0);
    if (!stream.complete())
        return;
    auto const turn = stream.result();
    for (auto const& call : turn.calls)
        CHECK(!call.id.empty());
    if (turn.content.empty())
        return;
    // It is replayed.
    boost::json::error_code bad;
    boost::json::parse(turn.content, bad);
    CHECK_MESSAGE(!bad, turn.content.substr(0, 500));
}

int completed(
    std::vector<std::string> const& events,
    unsigned seed,
    std::function<std::unique_ptr<answer_stream>()> const& make)
{
    mutations change(seed);
    int whole = 0;
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        auto const text = change.of(events);
        auto const stream = make();
        holds(*stream, change.pieces(text));
        whole += stream->complete() ? 1 : 0;
    }
    return whole;
}

}  // namespace

TEST_CASE("a mutated answer of the Messages API is a turn or a classified error")
{
    auto const whole =
        completed(messages_events, 1, [] { return std::make_unique<agent::message_stream>(); });
    CHECK(whole > rounds / 20);
    CHECK(whole < rounds);
}

TEST_CASE("a mutated answer of chat completions is a turn or a classified error")
{
    auto const whole =
        completed(chat_events, 2, [] { return std::make_unique<agent::chat_stream>("call_1"); });
    CHECK(whole > rounds / 20);
    CHECK(whole < rounds);
}

}  // namespace mutations_test
