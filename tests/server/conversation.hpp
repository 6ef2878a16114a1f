#pragma once

// A server with two tools and a prompt, and the client's end of a connection to it in memory.

#include "protocol/json_text.hpp"
#include "server/server.hpp"
#include "tests/support.hpp"

#include <string>

namespace test {

struct echo_arguments {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(echo_arguments, (), (text))

// Owns everything, so that it must outlive the server coroutine: call stop().
class conversation {
public:
    conversation(asio::any_io_executor ex, server::features const& offered)
        : peer(ex),
          never(ex),
          executor_(ex),
          finished_(ex),
          server_(
              {"s", "1", "S", "d", "u", {}},
              "Use it.",
              offered,
              server::server_limits(),
              {mcp::LoggingLevel::debug, [this](auto, std::string_view text) { log += text; }})
    {
    }
    explicit conversation(asio::any_io_executor ex) : conversation(ex, offered_) { offer(); }

    void start()
    {
        asio::co_spawn(executor_, server_.serve(peer), [this](std::exception_ptr e) {
            failure_ = e;
            done_ = true;
            finished_.notify();
        });
    }
    asio::awaitable<void> stop()
    {
        peer.close();
        while (!done_)
            co_await finished_.wait();
        if (failure_)
            std::rethrow_exception(failure_);
    }

    void send(std::string line) { peer.send(std::move(line)); }
    server::mcp_server& server() { return server_; }

    // The text of the result, or of the error. `members` are those of the params.
    asio::awaitable<std::string> legacy(std::string method, std::string members = "")
    {
        peer.send(
            R"({"jsonrpc":"2.0","id":"i","method":")" + method + R"(","params":{)" + members +
            "}}");
        auto const reply = co_await peer.next();
        if (reply.at("id") != "i")
            throw std::runtime_error("not the reply");
        auto const* result = reply.as_object().if_contains("result");
        co_return mcp::json_text(result ? *result : reply.at("error"));
    }
    asio::awaitable<std::string> modern(std::string method, std::string members = "")
    {
        if (!members.empty())
            members += ',';
        members += R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                   R"("io.modelcontextprotocol/clientCapabilities":{}})";
        return legacy(std::move(method), std::move(members));
    }
    asio::awaitable<std::string> open(std::string version)
    {
        return legacy(
            "initialize",
            R"("protocolVersion":")" + version +
                R"(","capabilities":{},"clientInfo":{"name":"c","version":"1"})");
    }

    memory_transport peer;
    mcp::event never;
    std::string log;
    int last_words = 0;

private:
    void offer()
    {
        mcp::Tool echo;
        echo.name = "echo";
        echo.title = "Echo";
        offered_.add_tool<echo_arguments>(echo, {}, [](server::request_context&, echo_arguments a) {
            return say(std::move(a.text));
        });
        mcp::Tool work;
        work.name = "work";
        work.inputSchema = mcp::json::object{{"type", "object"}};
        offered_.add_tool(work, [this](server::request_context& ctx, mcp::json::object what) {
            return run_work(ctx, std::move(what));
        });
        mcp::Prompt greet;
        greet.name = "greet";
        greet.arguments = {{"who", {}, {}, true}};
        offered_.add_prompt(greet, [](server::request_context&, mcp::prompt_arguments a) {
            return greeting(a.at("who"));
        });
    }

    static asio::awaitable<mcp::CallToolResult> say(std::string text)
    {
        co_return mcp::text_result(std::move(text));
    }

    static asio::awaitable<mcp::GetPromptResult> greeting(std::string who)
    {
        mcp::GetPromptResult out;
        out.messages.push_back({mcp::Role::user, mcp::text_content("Greet " + who)});
        co_return out;
    }

    asio::awaitable<mcp::CallToolResult>
    run_work(server::request_context& ctx, mcp::json::object what)
    {
        struct farewell {
            server::request_context& ctx;
            int& count;
            ~farewell()
            {
                ctx.log(mcp::LoggingLevel::emergency, "unwinding");
                ++count;
            }
        };
        if (what.contains("fail"))
            throw server::tool_error("no");
        if (what.contains("crash"))
            throw std::runtime_error("secret");
        if (what.contains("decode"))
            throw mcp::decode_error("a reply of someone else's");
        if (what.contains("talk")) {
            ctx.progress(1, 2, "half");
            ctx.progress(1.5, 2, "nearly");
            ctx.progress(2, 2, "whole");
            ctx.log(mcp::LoggingLevel::debug, "unwanted", "work");
            ctx.log(mcp::LoggingLevel::warning, "careful", "work");
        }
        if (what.contains("wait")) {
            farewell const at_end{ctx, last_words};
            ctx.progress("waiting");
            co_await never.wait();
        }
        co_return mcp::text_result("done");
    }

    asio::any_io_executor executor_;
    mcp::event finished_;
    server::features offered_;
    server::mcp_server server_;
    std::exception_ptr failure_;
    bool done_ = false;
};

// Runs `script` with a served connection.
template <class Script>
void converse(Script script)
{
    run([](Script s) -> asio::awaitable<void> {
        conversation c(co_await asio::this_coro::executor);
        c.start();
        co_await s(c);
        co_await c.stop();
        if (c.peer.sent() != 0)
            throw std::runtime_error("more was sent than expected: " + c.peer.take_line());
    }(std::move(script)));
}

}  // namespace test
