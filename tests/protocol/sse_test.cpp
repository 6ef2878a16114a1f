#include "protocol/sse.hpp"

#include <doctest/doctest.h>

namespace sse_test {

using mcp::sse_errc;
using mcp::sse_event;

namespace {

using events = std::vector<sse_event>;

struct example {
    char const* what;
    std::string bytes;
    events expected;
};

// A stream and what it means. Every one of them is split in every way below.
std::vector<example> examples()
{
    using namespace std::string_literals;
    return {
        {"plain", "event: ping\ndata: {}\n\n", {{"ping", "{}", ""}}},
        {"crlf", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", {{"a", "1", ""}, {"", "2", ""}}},
        {"cr", "data: 1\r\rdata: 2\r\r", {{"", "1", ""}, {"", "2", ""}}},
        {"mixed ends",
         "data: 1\r\n\ndata: 2\n\r\ndata: 3\r\r\n",
         {{"", "1", ""}, {"", "2", ""}, {"", "3", ""}}},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "data: x\n\n",
         {{"", "x", ""}}},
        {"mark inside",
         "data: 1\n\n\xEF\xBB\xBF"
         "data: x\n\n",
         {{"", "1", ""}}},
        {"comments", ":\n\n: keep-alive\n\ndata: x\n:y\n\n", {{"", "x", ""}}},
        {"several data lines", "data: a\ndata: b\ndata\ndata:\n\n", {{"", "a\nb\n\n", ""}}},
        {"no space after the colon", "data:a\ndata:  b\n\n", {{"", "a\n b", ""}}},
        {"empty data is an event", "data\n\ndata:\n\n", {{"", "", ""}, {"", "", ""}}},
        {"no data is none", "event: lost\n\ndata: x\n\n", {{"", "x", ""}}},
        {"utf-8",
         "data: \xE2\x82\xAC \xF0\x9F\x98\x80\n\n",
         {{"", "\xE2\x82\xAC \xF0\x9F\x98\x80", ""}}},
        {"ids stay",
         "id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
         {{"", "a", "7"}, {"", "b", "7"}, {"", "c", ""}}},
        {"id with nul", "id: 7\nid: 8\0\ndata: a\n\n"s, {{"", "a", "7"}}},
        {"unknown fields", "foo: bar\nDATA: x\ndata : y\ndata: z\n\n", {{"", "z", ""}}},
        {"unfinished", "data: a\n\ndata: b\n", {{"", "a", ""}}},
        {"unfinished line", "data: a\n\ndata: b", {{"", "a", ""}}},
        {"last name wins", "event: a\nevent: b\ndata: x\n\n", {{"b", "x", ""}}},
    };
}

events parse(
    std::vector<std::string_view> pieces,
    sse_errc expected = sse_errc::none,
    mcp::sse_limits limits = {})
{
    mcp::sse_parser parser(limits);
    events out;
    auto error = sse_errc::none;
    for (auto piece : pieces)
        error = parser.feed(piece, out);
    CHECK(error == expected);
    return out;
}

std::vector<std::string_view> one_by_one(std::string const& bytes)
{
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        pieces.push_back(std::string_view(bytes).substr(i, 1));
    return pieces;
}

}  // namespace

TEST_CASE("an event stream means the same however it is split")
{
    for (auto const& [name, bytes, expected] : examples()) {
        auto const what = name;  // INFO captures it
        INFO(what);
        std::string_view const all = bytes;
        for (std::size_t at = 0; at <= all.size(); ++at)
            CHECK(parse({all.substr(0, at), all.substr(at)}) == expected);
        CHECK(parse(one_by_one(bytes)) == expected);
    }
}

TEST_CASE("a line or an event over its limit ends the stream, however it is split")
{
    mcp::sse_limits const limits{16, 12};
    std::string const long_line = "data: ok\n\ndata: 123456789012\n\ndata: late\n\n";
    std::string const large_event =
        "data: ok\n\ndata: 123456\ndata: 7890\ndata: x\n\ndata: late\n\n";
    events const first = {{"", "ok", ""}};
    for (std::size_t at = 0; at <= long_line.size(); ++at) {
        std::string_view const all = long_line;
        CHECK(parse({all.substr(0, at), all.substr(at)}, sse_errc::line_too_long, limits) == first);
    }
    CHECK(parse(one_by_one(long_line), sse_errc::line_too_long, limits) == first);
    for (std::size_t at = 0; at <= large_event.size(); ++at) {
        std::string_view const all = large_event;
        CHECK(
            parse({all.substr(0, at), all.substr(at)}, sse_errc::event_too_large, limits) == first);
    }
    // Exactly at the limit is not over it.
    CHECK(parse({"data: 1234567890\n\n"}, sse_errc::none, limits).size() == 1);
    CHECK(describe(sse_errc::line_too_long).find("longer") != std::string_view::npos);
}

TEST_CASE("the reconnection time of an event stream is digits alone")
{
    mcp::sse_parser parser;
    events out;
    parser.feed("retry: 1500\nretry: 2s\nretry: -1\nretry:\nretry: 99999999999999999999\n\n", out);
    CHECK(out.empty());
    CHECK(parser.reconnection_time() == std::chrono::milliseconds(1500));
}

TEST_CASE("the id of the last event is known, also when that had no data and once it is complete")
{
    mcp::sse_parser parser;
    events seen;
    parser.feed("id: 1\n\nid: 2\n", seen);
    CHECK(seen.empty());
    CHECK(parser.last_event_id() == "1");
    parser.feed("\ndata: x\n\n", seen);
    CHECK(parser.last_event_id() == "2");
    CHECK(seen == events{{"", "x", "2"}});
}

}  // namespace sse_test
