#include "agent/http/curl_multi.hpp"
#include "agent/http/transfer.hpp"
#include "tests/support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

namespace transfer_test {

using agent::http_errc;
using agent::transfer;
using asio_tcp = boost::asio::ip::tcp;
namespace asio = boost::asio;
using asio::use_awaitable;
using namespace std::chrono_literals;

namespace {

// Accepts one connection, answers its request with these bytes, and closes it, or waits for the
// peer to do so.
struct server {
    asio_tcp::acceptor acceptor;
    std::string request;
    std::size_t request_body = 0;  // to be read before the answer
    bool peer_left = false;
    mcp::event left;

    explicit server(asio::any_io_executor ex)
        : acceptor(ex, asio_tcp::endpoint(asio::ip::address_v4::loopback(), 0)), left(ex)
    {
    }
    std::string url(std::string const& path = "/") const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + path;
    }
    asio::awaitable<void> answer(std::string bytes, bool stay = false)
    {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        co_await asio::async_read_until(
            socket, asio::dynamic_buffer(request), "\r\n\r\n", use_awaitable);
        auto const nothrow = asio::as_tuple(use_awaitable);
        auto const end = request.find("\r\n\r\n") + 4 + request_body;
        if (request.size() < end)
            co_await asio::async_read(
                socket,
                asio::dynamic_buffer(request),
                asio::transfer_exactly(end - request.size()),
                nothrow);
        co_await asio::async_write(socket, asio::buffer(bytes), nothrow);
        if (stay) {
            char byte = 0;
            co_await socket.async_read_some(asio::buffer(&byte, 1), nothrow);
            peer_left = true;
            left.notify();
        }
    }
};

agent::http_request get(std::string url)
{
    agent::http_request request;
    request.url = std::move(url);
    return request;
}

struct received {
    agent::http_error error;
    int status = 0;
    std::string body, type;
};

asio::awaitable<received>
fetch(agent::curl_multi& multi, agent::http_request request, agent::http_options options)
{
    received out;
    transfer t(multi, std::move(request), options);
    auto headers = co_await t.headers();
    out.status = t.status();
    out.type = t.header("Content-Type");
    if (!headers) {
        out.error = headers.error();
        co_return out;
    }
    for (;;) {
        auto piece = co_await t.read();
        if (!piece)
            out.error = piece.error();
        if (!piece || !*piece)
            co_return out;
        out.body += **piece;
    }
}

// One exchange with a server that answers with `bytes`.
received exchange(std::string bytes, agent::http_options options = {})
{
    received out;
    auto body = [&]() -> asio::awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        agent::curl_multi multi(ex);
        server s(ex);
        asio::co_spawn(ex, s.answer(bytes), [](std::exception_ptr) {});
        out = co_await fetch(multi, get(s.url()), options);
    };
    test::run(body());
    return out;
}

received refused(agent::http_request request, std::string library = "libcurl.so.4")
{
    received out;
    auto body = [&]() -> asio::awaitable<void> {
        agent::curl_multi multi(co_await asio::this_coro::executor, std::string(), library);
        agent::http_options options;
        out = co_await fetch(multi, request, options);
    };
    test::run(body());
    return out;
}

}  // namespace

TEST_CASE("a transfer hands on status, headers and body")
{
    auto const got = exchange("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 418 T\r\ncontent-TYPE:  "
                              "text/x \r\nContent-Length: 5\r\n\r\nhello");
    CHECK(got.error.kind == http_errc::none);
    CHECK(got.status == 418);
    CHECK(got.type.starts_with("text/x"));
    CHECK(got.body == "hello");
}

TEST_CASE("a large body arrives whole although its reader is slow, and not beyond its limit")
{
    std::string const large(3'000'000, 'x');
    auto const bytes = "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + large;
    CHECK(exchange(bytes).body == large);
    agent::http_options options;
    options.max_response = 1 << 20;
    auto const capped = exchange(bytes, options);
    CHECK(capped.error.kind == http_errc::too_large);
    CHECK(capped.body.size() <= options.max_response);
    CHECK(capped.error.message.ends_with("is larger than 1 MiB"));
}

TEST_CASE("a body that breaks off, no answer, and a redirect are errors")
{
    auto const cut = exchange("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(cut.body == "half");
    CHECK(cut.error.kind == http_errc::broken);
    CHECK(exchange("").error.kind == http_errc::unreachable);
    CHECK(exchange("nonsense\r\n\r\n").error.kind == http_errc::unreachable);
    auto const moved = exchange(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/secret\r\nContent-Length: 0\r\n\r\n");
    CHECK(moved.error.kind == http_errc::redirected);
    CHECK(moved.error.message.find("secret") == std::string::npos);
}

TEST_CASE("requests that must not be made are refused with a sentence")
{
    auto kind = [](char const* url) { return refused(get(url)).error.kind; };
    CHECK(kind("http://192.0.2.1/") == http_errc::refused);
    CHECK(kind("http://localhost.example.invalid/") == http_errc::refused);
    CHECK(kind("http://127.0.0.1.example.invalid/") == http_errc::refused);
    CHECK(kind("file:///etc/passwd") == http_errc::refused);
    CHECK(kind("ftp://127.0.0.1/") == http_errc::refused);
    CHECK(kind("https://user:pw@127.0.0.1/") == http_errc::refused);
    CHECK(kind("not a url") == http_errc::refused);
    CHECK(kind("") == http_errc::refused);
    auto split = get("http://127.0.0.1:1/");
    split.headers.emplace_back("x-api-key", "SECRET\r\nevil: 1");
    auto const bad_value = refused(split).error;
    CHECK(bad_value.kind == http_errc::refused);
    CHECK(bad_value.message.find("x-api-key") != std::string::npos);
    CHECK(bad_value.message.find("SECRET") == std::string::npos);
    split.headers = {{"bad name", "v"}};
    CHECK(refused(split).error.kind == http_errc::refused);
}

TEST_CASE("a refused connection and a missing libcurl say what is the matter")
{
    auto const nobody = refused(get("http://127.0.0.1:1/")).error;
    CHECK(nobody.kind == http_errc::unreachable);
    CHECK(nobody.message.find("127.0.0.1:1") != std::string::npos);
    auto const missing = refused(get("http://127.0.0.1:1/"), "libcurl-missing.so.4").error;
    CHECK(missing.kind == http_errc::library_missing);
    CHECK(missing.message == "libcurl-missing.so.4 not found: install libcurl4");
    CHECK(
        refused(get("http://127.0.0.1:1/"), "libm.so.6").error.message.find("too old") !=
        std::string::npos);
}

TEST_CASE("a request carries its body and headers and nothing that was not asked for")
{
    std::string sent;
    auto body = [&]() -> asio::awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        agent::curl_multi multi(ex);
        server s(ex);
        s.request_body = 2'000'000;
        asio::co_spawn(
            ex, s.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), [](std::exception_ptr) {
            });
        auto request = get(s.url("/a?b"));
        request.method = "POST";
        request.body = std::string(2'000'000, 'b');  // long enough for an Expect: header
        request.headers = {{"content-type", "application/json"}, {"x-empty", ""}};
        agent::http_options options;
        auto const got = co_await fetch(multi, request, options);
        CHECK(got.status == 200);
        sent = s.request.substr(0, s.request.find("\r\n\r\n"));
    };
    test::run(body());
    CHECK(sent.starts_with("POST /a?b HTTP/1.1\r\n"));
    CHECK(sent.find("content-type: application/json") != std::string::npos);
    CHECK(sent.find("x-empty:") != std::string::npos);
    CHECK(sent.find("Content-Length: 2000000") != std::string::npos);
    for (auto header : {"Expect", "Accept-Encoding", "Transfer-Encoding"})
        CHECK(sent.find(header) == std::string::npos);
}

TEST_CASE("destroying a transfer ends its exchange and leaves no socket behind")
{
    auto body = [&]() -> asio::awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        agent::curl_multi multi(ex);
        server s(ex);
        asio::co_spawn(
            ex, s.answer("HTTP/1.1 200 OK\r\n\r\nfirst", true), [](std::exception_ptr) {});
        bool timed_out = false;
        agent::http_options options;
        try {
            auto work = fetch(multi, get(s.url()), options);
            co_await mcp::with_timeout(std::move(work), 1s);
        } catch (boost::system::system_error const& e) {
            timed_out = e.code() == asio::error::timed_out;
        }
        CHECK(timed_out);
        CHECK(multi.watched() == 0);
        while (!s.peer_left)
            co_await s.left.wait();
    };
    test::run(body());
}

TEST_CASE("only this machine's own addresses are loopback")
{
    for (auto host : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"})
        CHECK(agent::is_loopback(host));
    for (auto host :
         {"", "localhost.evil", "127.0.0.1.evil", "128.0.0.1", "0.0.0.0", "10.0.0.1", "[::2]"})
        CHECK(!agent::is_loopback(host));
}

TEST_CASE("a transfer that is left when libcurl's loop ends is broken off, and may end later")
{
    auto body = [&]() -> asio::awaitable<void> {
        auto ex = co_await asio::this_coro::executor;
        server s(ex);
        asio::co_spawn(
            ex, s.answer("HTTP/1.1 200 OK\r\n\r\nfirst", true), [](std::exception_ptr) {});
        std::optional<agent::curl_multi> multi(std::in_place, ex);
        transfer left(*multi, get(s.url()));
        CHECK((co_await left.headers()).has_value());
        multi.reset();
        while (!s.peer_left)
            co_await s.left.wait();
        auto piece = co_await left.read();
        while (piece.has_value())
            piece = co_await left.read();
        CHECK(piece.error().kind == http_errc::broken);
    };
    test::run(body());
}

}  // namespace transfer_test
