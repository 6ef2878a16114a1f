#include "server/transports/http/request_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace http_parser_test {

using server::request_parser;
using fault = request_parser::fault;

namespace {

struct outcome {
    std::vector<std::string> requests;  // "METHOD target body"
    fault failure = fault::none;
};

// As a connection drives it, with so many bytes at a time.
outcome parse(std::string const& bytes, std::size_t piece, std::size_t body_limit = 1000)
{
    request_parser parser(512, body_limit);
    outcome out;
    std::string waiting;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        waiting += bytes.substr(at, piece);
        for (;;) {
            auto const had_head = parser.has_head();
            auto const used = waiting.empty() ? 0 : parser.feed(waiting);
            waiting.erase(0, used);
            if (parser.failure() != fault::none) {
                out.failure = parser.failure();
                return out;
            }
            if (parser.is_done()) {
                auto const& head = parser.head();
                out.requests.push_back(head.method + ' ' + head.target + ' ' + parser.body());
                parser.restart();
            } else if (used == 0 && had_head == parser.has_head()) {
                break;
            }
        }
    }
    return out;
}

outcome parse(std::string const& bytes)
{
    auto const whole = parse(bytes, bytes.size());
    for (std::size_t const piece : {1, 2, 3, 7, 64}) {
        auto const split = parse(bytes, piece);
        CHECK(split.requests == whole.requests);
        CHECK(split.failure == whole.failure);
    }
    return whole;
}

std::string const top = "POST /mcp HTTP/1.1\r\nHost: a\r\n";

}  // namespace

TEST_CASE("requests are taken apart wherever the bytes are split")
{
    auto const out = parse(
        top + "Content-Length: 5\r\n\r\nhello" + "GET /health HTTP/1.1\r\nHost: a\r\n\r\n" + top +
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nMcp-Name: no\r\n\r\n" +
        top + "Content-Length: 0\r\n\r\n");
    CHECK(out.failure == fault::none);
    CHECK(
        out.requests == std::vector<std::string>{
                            "POST /mcp hello", "GET /health ", "POST /mcp abcde", "POST /mcp "});
}

TEST_CASE("a body of no chunks but the last ends wherever the bytes are split")
{
    auto const out = parse(top + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    CHECK(out.failure == fault::none);
    CHECK(out.requests == std::vector<std::string>{"POST /mcp "});
}

TEST_CASE("a trailer is no header")
{
    request_parser parser(512, 1000);
    std::string const bytes =
        top + "Transfer-Encoding: chunked\r\n\r\n0\r\nMcp-Name: evil\r\nHost: evil\r\n\r\n";
    auto used = parser.feed(bytes);
    used += parser.feed(bytes.substr(used));
    CHECK(used == bytes.size());
    CHECK(parser.is_done());
    CHECK_FALSE(parser.head().fields.find("Mcp-Name"));
    CHECK(parser.head().fields.find("Host").count == 1);
}

TEST_CASE("the head says what the connection needs to know")
{
    request_parser parser(512, 1000);
    parser.feed(top + "Content-Length: 12\r\nConnection: close\r\n\r\n");
    CHECK(parser.has_head());
    CHECK_FALSE(parser.head().keep_alive);
    CHECK(parser.head().content_length == 12);
    CHECK_FALSE(parser.head().http_1_0);
    parser.restart();
    parser.feed("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    CHECK(parser.head().http_1_0);
    CHECK_FALSE(parser.head().keep_alive);
    CHECK(parser.is_done());
}

TEST_CASE("what two readers could understand differently is refused")
{
    std::string const smuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
    for (auto const& lines : std::vector<std::string>{
             "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
             "Content-Length: 5\r\nContent-Length: 6\r\n",
             "Content-Length: 5\r\nContent-Length: 5\r\n",
             "Content-Length: 5, 5\r\n",
             "Content-Length: +5\r\n",
             "Content-Length: -5\r\n",
             "Content-Length: 0x5\r\n",
             "Content-Length: 5 5\r\n",
             "Content-Length: \r\n",
             "Content-Length: 99999999999999999999999\r\n",
             "Content-Length : 5\r\n",
             "Transfer-Encoding: gzip\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked, identity\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding : chunked\r\n",
             "Transfer-Encoding:\r\n chunked\r\n",
             "Transfer-Encoding:\r\n\tchunked\r\n",
             "X:\r\n \r\n",
             "X: a\r\n \r\n",
             "X: a\r\n Content-Length: 5\r\n",
             "X: a\n\r\n",
             "Content-Length: 5\nX: b\r\n",
             "X\r\n",
             ": x\r\n",
             "X\x01: a\r\n"}) {
        for (auto const& behind : std::vector<std::string>{"", "0\r\n\r\n", "hello", smuggled}) {
            auto const out = parse(top + lines + "\r\n" + behind);
            CHECK_MESSAGE(out.failure == fault::malformed, lines);
            CHECK_MESSAGE(out.requests.empty(), lines);
        }
    }
    using namespace std::string_literals;
    CHECK(parse(top + "X: a\0b\r\n\r\n"s).failure == fault::malformed);
    CHECK(
        parse("POST /mcp HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            .failure == fault::malformed);
}

TEST_CASE("broken chunks are refused")
{
    for (auto const& body : std::vector<std::string>{
             "zz\r\nabc\r\n",
             "3\r\nabcX",
             "3 \r\nabc\r\n",
             "-3\r\nabc\r\n",
             "3\nabc\n",
             "\r\n",
             "fffffffffffffffff\r\nabc"})
        CHECK_MESSAGE(
            parse(top + "Transfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n").failure !=
                fault::none,
            body);
}

TEST_CASE("what is not HTTP/1.1 is refused")
{
    CHECK(parse("POST /mcp HTTP/2.0\r\nHost: a\r\n\r\n").failure == fault::version);
    CHECK(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").failure != fault::none);
    CHECK(
        parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n\r\n").failure != fault::none);
    CHECK(parse("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n").failure != fault::none);
    CHECK(parse("POST  /mcp HTTP/1.1\r\n\r\n").failure != fault::none);
}

TEST_CASE("a head and a body have a limit while they come")
{
    CHECK(parse(top + "X: " + std::string(600, 'x') + "\r\n\r\n").failure == fault::head_too_large);
    CHECK(parse(std::string(600, 'x')).failure == fault::head_too_large);
    // A body of known length is for the rules; one in chunks is counted.
    CHECK(
        parse(top + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n").failure == fault::body_too_large);
    std::string many = top + "Transfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 11; ++i)
        many += "64\r\n" + std::string(100, 'x') + "\r\n";
    CHECK(parse(many).failure == fault::body_too_large);
}

TEST_CASE("a dropped body is passed over and not kept")
{
    request_parser parser(512, 1000);
    std::string const bytes = top + "Content-Length: 5\r\n\r\nhello" + "GET";
    auto used = parser.feed(bytes);
    CHECK(parser.has_head());
    parser.drop_body();
    used += parser.feed(bytes.substr(used));
    CHECK(parser.is_done());
    CHECK(parser.body().empty());
    CHECK(bytes.substr(used) == "GET");
}

}  // namespace http_parser_test
