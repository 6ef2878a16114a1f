#pragma once

#include "agent/downstream/mcp_client.hpp"
#include "agent/http/curl_multi.hpp"
#include "tests/support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace test {

namespace json = boost::json;
using tcp = asio::ip::tcp;

// A request as it came over the wire.
struct received_request {
    std::string head;
    std::string body;

    bool is(std::string const& method) const { return head.starts_with(method + " "); }
    json::object message() const { return json::parse(body).as_object(); }
    std::string rpc() const
    {
        if (body.empty())
            return {};
        auto const sent = message();
        auto const* method = sent.if_contains("method");
        return method ? std::string(method->as_string()) : std::string("response");
    }
    json::object params() const { return message().at("params").as_object(); }
    std::string id() const { return json::serialize(message().at("id")); }
    // Empty without one. Names in small letters.
    std::string header(std::string const& name) const
    {
        std::string lowered = head;
        std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        auto const at = lowered.find("\r\n" + name + ": ");
        if (at == std::string::npos)
            return {};
        auto const start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
};

inline std::string http(
    std::string const& status,
    std::string const& type,
    std::string const& body,
    std::string const& more = {})
{
    return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

inline std::string result_text(received_request const& r, std::string const& result)
{
    return R"({"jsonrpc":"2.0","id":)" + r.id() + R"(,"result":)" + result + "}";
}

inline std::string result(received_request const& r, std::string const& value)
{
    return http("200 OK", "application/json", result_text(r, value));
}

inline std::string error(
    received_request const& r,
    int code,
    std::string const& status = "400 Bad Request",
    std::string const& data = "null")
{
    return http(
        status,
        "application/json",
        R"({"jsonrpc":"2.0","id":)" + r.id() + R"(,"error":{"code":)" + std::to_string(code) +
            R"(,"message":"no","data":)" + data + "}}");
}

inline std::string status(std::string const& line)
{
    return "HTTP/1.1 " + line + "\r\nContent-Length: 0\r\n\r\n";
}

// An event stream that ends with its connection.
inline std::string stream(std::string const& events)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" +
           events;
}

inline std::string event(std::string const& data, std::string const& id = {})
{
    return (id.empty() ? "" : "id: " + id + "\n") + "data: " + data + "\n\n";
}

inline std::string const accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

inline std::string text_content(std::string const& text)
{
    return R"({"content":[{"type":"text","text":")" + text + R"("}]})";
}

// Answers each request with the bytes that the script says. A stream is closed after them, unless
// the script keeps it open: then until the peer leaves.
class fake_endpoint {
public:
    using script = std::function<std::string(received_request const&)>;

    fake_endpoint(asio::any_io_executor ex, script s)
        : script_(std::move(s)),
          acceptor_(ex, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          changed_(ex)
    {
        asio::co_spawn(ex, accept(), [](std::exception_ptr) {});
    }

    std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/mcp";
    }
    void down() { acceptor_.close(); }

    std::vector<received_request> received;
    std::vector<std::string> kept_open;  // rpc methods (or GET) whose streams stay open
    int left = 0;                        // streams that the peer closed

    std::vector<received_request> of(std::string const& rpc) const
    {
        std::vector<received_request> out;
        for (auto const& r : received)
            if (r.rpc() == rpc)
                out.push_back(r);
        return out;
    }
    int count(std::string const& http_method) const
    {
        return static_cast<int>(std::count_if(
            received.begin(), received.end(), [&](auto const& r) { return r.is(http_method); }));
    }
    asio::awaitable<void> until(std::function<bool()> holds)
    {
        while (!holds())
            co_await changed_.wait();
    }

private:
    asio::awaitable<void> accept()
    {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(
                acceptor_.get_executor(), serve(std::move(socket)), [](std::exception_ptr) {});
        }
    }

    asio::awaitable<void> serve(tcp::socket socket)
    {
        std::string bytes;
        for (;;) {
            auto const n = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(bytes), "\r\n\r\n", asio::use_awaitable);
            received_request request;
            request.head = bytes.substr(0, n);
            bytes.erase(0, n);
            auto const length = request.header("content-length");
            auto const size = length.empty() ? 0 : std::stoul(length);
            if (bytes.size() < size)
                co_await asio::async_read(
                    socket,
                    asio::dynamic_buffer(bytes),
                    asio::transfer_exactly(size - bytes.size()),
                    asio::use_awaitable);
            request.body = bytes.substr(0, size);
            bytes.erase(0, size);
            received.push_back(request);
            auto const answer = script_(request);
            changed_.notify();
            co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
            auto const name = request.is("GET") ? std::string("GET") : request.rpc();
            if (std::count(kept_open.begin(), kept_open.end(), name) > 0) {
                char byte = 0;
                co_await socket.async_read_some(
                    asio::buffer(&byte, 1), asio::as_tuple(asio::use_awaitable));
                ++left;
                changed_.notify();
                co_return;
            }
            if (answer.find("Connection: close") != std::string::npos || answer.empty())
                co_return;
        }
    }

    script script_;
    tcp::acceptor acceptor_;
    mcp::event changed_;
};

// What the test of a client of one endpoint needs, in the order in which it depends on it.
struct endpoint_fixture {
    endpoint_fixture(asio::any_io_executor ex, fake_endpoint::script script)
        : endpoint(ex, std::move(script)), transfers(ex)
    {
        server.name = "fake";
        server.endpoint.emplace();
        server.endpoint->url = endpoint.url();
        server.endpoint->transfers = &transfers;
        server.probe_limit = std::chrono::milliseconds(2000);
        server.start_limit = std::chrono::milliseconds(2000);
        server.alive_limit = std::chrono::milliseconds(200);
        log.sink = [this](mcp::LoggingLevel, std::string_view text) {
            logged += std::string(text) + '\n';
        };
    }

    fake_endpoint endpoint;
    agent::curl_multi transfers;
    agent::downstream_server server;
    mcp::logger log;
    std::string logged;
};

// Runs `body` with a fixture whose endpoint follows `script`.
template <class Body>
void with_endpoint(fake_endpoint::script script, Body body)
{
    run([](fake_endpoint::script answers, Body& inner) -> asio::awaitable<void> {
        endpoint_fixture fixture(co_await asio::this_coro::executor, std::move(answers));
        co_await inner(fixture);
    }(std::move(script), body));
}

// The answers of a modern server to the probe, and of a legacy one to the handshake; empty for
// anything else.
inline std::string modern(received_request const& r)
{
    if (r.rpc() != "server/discover")
        return {};
    return result(
        r,
        R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"new","version":"2"}}})");
}

inline std::string legacy(received_request const& r, std::string const& session = "s-1")
{
    auto const header = session.empty() ? "" : "Mcp-Session-Id: " + session + "\r\n";
    if (r.rpc() == "server/discover")
        return error(r, -32000);
    if (r.rpc() == "initialize")
        return http(
            "200 OK",
            "application/json",
            result_text(
                r,
                R"({"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"old","version":"1"}})"),
            header);
    if (r.rpc().starts_with("notifications/") || r.rpc() == "response" || r.is("DELETE"))
        return accepted;
    if (r.is("GET"))
        return status("405 Method Not Allowed");
    return {};
}

inline bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

// What a call of the tool "t" gave: its text, or the error.
inline asio::awaitable<std::string>
called(agent::mcp_client& client, std::chrono::milliseconds limit = std::chrono::milliseconds(2000))
{
    auto const answer = co_await client.call_tool("t", json::object(), limit);
    if (answer.has_error())
        co_return "error: " + answer.error().message;
    co_return answer->text;
}

}  // namespace test
