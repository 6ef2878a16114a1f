#include "protocol/sse.hpp"
#include "server/transports/http/rules/response.hpp"
#include "server/transports/http/session/event_log.hpp"

#include <doctest/doctest.h>

namespace http_response_test {

using namespace server;

TEST_CASE("a response is its head and its body, with nothing between them")
{
    std::string out;
    response_head head;
    head.type = "application/json";
    append_response(out, head, "{}");
    CHECK(
        out == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    out.clear();
    head.status = 401;
    head.headers = "WWW-Authenticate: Bearer\r\n";
    head.close = true;
    head.date = "now";
    append_response(out, head, "");
    CHECK(
        out == "HTTP/1.1 401 Unauthorized\r\nDate: now\r\nContent-Type: application/json\r\n"
               "WWW-Authenticate: Bearer\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    out.clear();
    append_response(
        out, {.status = 204, .type = {}, .headers = {}, .date = {}, .close = false}, "");
    CHECK(out == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("a stream is neither cached nor buffered on its way")
{
    std::string out;
    response_head head;
    head.type = "text/event-stream";
    append_stream_head(out, head, true);
    append_chunk(out, std::string(26, 'x'));
    append_chunk(out, "");
    out += last_chunk;
    CHECK(
        out == "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
               "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n" +
                   std::string(26, 'x') + "\r\n0\r\n\r\n");
}

TEST_CASE("events read back as the messages that they are")
{
    std::string out;
    append_priming(out, "3-0", std::chrono::milliseconds(1500));
    append_event(out, "3-1", R"({"a":1})");
    out += keep_alive_comment;
    append_event(out, "", R"({"b":2})");
    CHECK(out.starts_with(
        "id: 3-0\nretry: 1500\ndata: \n\nevent: message\nid: 3-1\ndata: {\"a\":1}\n\n"));
    mcp::sse_parser parser;
    std::vector<mcp::sse_event> events;
    CHECK(parser.feed(out, events) == mcp::sse_errc::none);
    std::erase_if(events, [](auto const& e) { return e.data.empty(); });
    REQUIRE(events.size() == 2);
    CHECK(events[0] == mcp::sse_event{"message", R"({"a":1})", "3-1"});
    CHECK(events[1] == mcp::sse_event{"message", R"({"b":2})", "3-1"});
    CHECK(parser.reconnection_time() == std::chrono::milliseconds(1500));
}

TEST_CASE("the date of a response has the form that HTTP wants")
{
    http_date date;
    auto const text = std::string(date.now());
    REQUIRE(text.size() == 29);
    CHECK(text.substr(3, 2) == ", ");
    CHECK(text.substr(7, 1) == " ");
    CHECK(text.ends_with(" GMT"));
    CHECK(text.find(':') == 19);
}

TEST_CASE("an event id names its stream and its place, and nothing else is one")
{
    CHECK(to_text(event_id{3, 17}) == "3-17");
    CHECK(event_id_from("3-17") == event_id{3, 17});
    for (auto const* bad :
         {"", "-", "3", "3-", "-3", "3-17 ", " 3-17", "a-1", "3--1", "+3-1", "99999999999-1"})
        CHECK_MESSAGE(!event_id_from(bad), bad);
}

TEST_CASE("a log gives back what came after, of one stream alone")
{
    auto const all = std::make_shared<std::size_t>();
    event_log log(10'000, all, 20'000);
    log.add({1, 1}, "a");
    log.add({2, 1}, "b");
    log.add({1, 2}, "c");
    std::string got;
    log.each_after({1, 0}, [&](event_log::event const& e) { got += e.json; });
    CHECK(got == "ac");
    CHECK(log.has_after({1, 1}));
    CHECK_FALSE(log.has_after({1, 2}));
    CHECK_FALSE(log.has_after({3, 0}));
    CHECK(*all == log.bytes());
}

TEST_CASE("logs are bounded each and together, and forget the oldest first")
{
    auto const all = std::make_shared<std::size_t>();
    {
        event_log one(1'000, all, 1'500);
        for (std::uint64_t i = 1; i <= 100; ++i)
            one.add({1, i}, std::string(100, 'x'));
        CHECK(one.bytes() <= 1'000);
        CHECK(one.has_after({1, 99}));
        std::uint64_t oldest = 0;
        one.each_after(
            {1, 0}, [&](event_log::event const& e) { oldest = oldest ? oldest : e.id.place; });
        CHECK(oldest > 90);
        one.add({1, 101}, std::string(5'000, 'x'));
        CHECK_FALSE(one.has_after({1, 100}));

        event_log other(1'000, all, 1'500);
        for (std::uint64_t i = 1; i <= 10; ++i)
            other.add({1, i}, std::string(300, 'x'));
        CHECK(*all <= 1'500);
    }
    CHECK(*all == 0);
}

}  // namespace http_response_test
