#pragma once

// Features for tests of what a server does with them.

#include "server/request_context.hpp"
#include "server/server.hpp"
#include "tests/server/conversation.hpp"

namespace test {

// A conversation with a server that offers what `fill` adds.
template <class Fill, class Script>
void converse_with(Fill fill, Script script)
{
    run([](Fill f, Script s) -> asio::awaitable<void> {
        server::features offered;
        f(offered);
        conversation c(co_await asio::this_coro::executor, offered);
        c.start();
        co_await s(c, offered);
        co_await c.stop();
        if (c.peer.sent() != 0)
            throw std::runtime_error("more was sent than expected: " + c.peer.take_line());
    }(std::move(fill), std::move(script)));
}

inline mcp::Tool tool(std::string name, mcp::json::object schema = {{"type", "object"}})
{
    mcp::Tool out;
    out.name = std::move(name);
    out.inputSchema = std::move(schema);
    return out;
}

inline mcp::json::object without_meta(std::string const& text)
{
    auto out = boost::json::parse(text).as_object();
    out.erase("_meta");
    return out;
}

}  // namespace test
