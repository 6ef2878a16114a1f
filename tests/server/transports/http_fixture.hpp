#pragma once

// An HTTP endpoint without connections: what a request is answered is caught where it would leave.

#include "protocol/errors.hpp"
#include "protocol/json_text.hpp"
#include "server/server.hpp"
#include "server/transports/http/endpoint.hpp"
#include "server/transports/http/session/session.hpp"
#include "tests/support.hpp"

#include <boost/asio/post.hpp>

#include <string>
#include <utility>
#include <vector>

namespace test {

// The connection of one request.
class caught_reply final : public server::http_reply {
public:
    void answer(int s, std::string_view body, std::string_view h, std::string_view) override
    {
        expect(!streams);
        status = s;
        text = body;
        headers = h;
        done = true;
    }
    void open_stream(std::string_view h) override
    {
        expect(!streams);
        status = 200;
        headers = h;
        streams = true;
    }
    void write(std::string_view events) override
    {
        expect(streams);
        text += events;
    }
    void end_stream() override
    {
        expect(streams);
        done = true;
    }
    std::size_t waiting() const override { return queued; }

    bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
    std::size_t count(std::string_view part) const
    {
        std::size_t n = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
            ++n;
        return n;
    }

    // One answer, in its order, and nothing after it.
    void expect(bool in_order) const
    {
        if (done || !in_order)
            throw std::logic_error("the connection was spoken to out of order");
    }

    int status = 0;
    std::string text, headers;
    bool streams = false;
    bool done = false;
    std::size_t queued = 0;
};

class http_fixture {
public:
    using lines = std::vector<std::pair<std::string, std::string>>;

    explicit http_fixture(asio::any_io_executor ex, server::http_limits limits = {})
        : executor(ex), never(ex), server_(named(), "", offer())
    {
        endpoint = std::make_shared<server::http_endpoint>(
            ex, server_, server::http_gate::rules(), limits, mcp::logger());
    }
    ~http_fixture() { endpoint->sessions().end_all(); }

    std::shared_ptr<server::exchange>
    receive(caught_reply& to, lines const& headers, std::string const& body, char const* method)
    {
        server::http_head head;
        for (auto const& [name, value] : headers)
            head.fields.add(name, value);
        server::http_admission admission;
        admission.principal = principal;
        admission.takes_json = takes_json;
        admission.takes_stream = takes_stream;
        if (method == std::string_view("GET"))
            admission.to = server::http_admission::door::stream;
        if (method == std::string_view("DELETE"))
            admission.to = server::http_admission::door::end_of_session;
        return endpoint->receive(head, admission, body, to);
    }
    std::shared_ptr<server::exchange>
    post(caught_reply& to, lines const& headers, std::string const& body)
    {
        return receive(to, headers, body, "POST");
    }

    // A modern call of a tool; returns what answers it.
    std::shared_ptr<server::exchange>
    call_modern(caught_reply& to, std::string const& tool, std::string const& meta = "")
    {
        lines const headers{
            {"MCP-Protocol-Version", "2026-07-28"},
            {"Mcp-Method", "tools/call"},
            {"Mcp-Name", tool}};
        auto const body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" +
                          tool + R"(","_meta":{)" + meta +
                          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
        return post(to, headers, body);
    }

    // A legacy one, in the session of that id.
    std::shared_ptr<server::exchange> call_legacy(
        caught_reply& to, std::string const& session, std::string const& tool, std::string id = "1")
    {
        auto const body = R"({"jsonrpc":"2.0","id":)" + id +
                          R"(,"method":"tools/call","params":{"name":")" + tool +
                          R"(","_meta":{"progressToken":"t"}}})";
        return post(to, {{"Mcp-Session-Id", session}}, body);
    }

    // The id of the session that it opens.
    asio::awaitable<std::string> open(std::string version)
    {
        caught_reply reply;
        auto const held = post(
            reply,
            {},
            R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
                version + R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
        while (!reply.done)
            co_await asio::post(asio::use_awaitable);
        std::string const name = "Mcp-Session-Id: ";
        if (!reply.headers.starts_with(name))
            throw std::runtime_error("no session: " + reply.text);
        co_return reply.headers.substr(name.size(), 32);
    }

    // Lets everything that can happen now happen.
    static asio::awaitable<void> settle()
    {
        for (int i = 0; i < 30; ++i)
            co_await asio::post(asio::use_awaitable);
    }

    asio::any_io_executor executor;
    mcp::event never;
    int unwound = 0;  // of the tool that waits
    std::string principal;
    bool takes_json = true;
    bool takes_stream = true;

private:
    static mcp::Implementation named()
    {
        mcp::Implementation out;
        out.name = "s";
        out.version = "1";
        return out;
    }
    static mcp::Tool tool(std::string name)
    {
        mcp::Tool out;
        out.name = std::move(name);
        out.inputSchema = mcp::json::object{{"type", "object"}};
        return out;
    }

    server::features const& offer()
    {
        offered_.add_tool(
            tool("plain"), [](server::request_context&, mcp::json::object) { return done(); });
        offered_.add_tool(tool("talk"), [](server::request_context& ctx, mcp::json::object) {
            ctx.progress(1, 2, "half");
            return done();
        });
        offered_.add_tool(tool("wait"), [this](server::request_context& ctx, mcp::json::object) {
            ctx.progress(1, 2, "waiting");
            return wait(*this);
        });
        offered_.add_tool(tool("silent"), [this](server::request_context&, mcp::json::object) {
            return wait(*this);
        });
        offered_.add_tool(tool("needs"), [](server::request_context&, mcp::json::object) {
            throw mcp::missing_client_capability(
                mcp::json::object{{"sampling", mcp::json::object()}});
            return done();
        });
        return offered_;
    }

    static asio::awaitable<mcp::CallToolResult> done() { co_return mcp::text_result("done"); }
    static asio::awaitable<mcp::CallToolResult> wait(http_fixture& f)
    {
        struct farewell {
            int& n;
            ~farewell() { ++n; }
        } const at_end{f.unwound};
        co_await f.never.wait();
        co_return mcp::text_result("woken");
    }

    server::features offered_;
    server::mcp_server server_;

public:
    std::shared_ptr<server::http_endpoint> endpoint;
};

// Runs `script` with an endpoint.
template <class Script>
void with_endpoint(Script script, server::http_limits limits = {})
{
    run([](Script s, server::http_limits l) -> asio::awaitable<void> {
        http_fixture f(co_await asio::this_coro::executor, l);
        co_await s(f);
        f.endpoint->sessions().end_all();
        co_await http_fixture::settle();
        if (f.endpoint->unfinished() != 0)
            throw std::runtime_error("requests are left over");
    }(std::move(script), limits));
}

}  // namespace test
