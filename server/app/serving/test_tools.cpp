#include "server/app/serving/test_tools.hpp"

#include "protocol/rpc/async.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace app {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds step(100);
constexpr std::int64_t longest_wait = 3'600'000;

struct EchoArguments {
    std::string text;
};
BOOST_DESCRIBE_STRUCT(EchoArguments, (), (text))

struct SlowArguments {
    std::int64_t ms = 0;
};
BOOST_DESCRIBE_STRUCT(SlowArguments, (), (ms))

awaitable<mcp::CallToolResult> echo(server::request_context&, EchoArguments arguments)
{
    co_return mcp::text_result(std::move(arguments.text));
}

awaitable<mcp::CallToolResult> slow(server::request_context& ctx, SlowArguments arguments)
{
    if (arguments.ms < 0 || arguments.ms > longest_wait)
        throw server::tool_error(fmt::format("arguments.ms: must be from 0 to {}", longest_wait));
    milliseconds const total(arguments.ms);
    for (milliseconds done(0); done < total; done += step) {
        ctx.progress(double(done.count()), double(total.count()), "sleeping");
        co_await mcp::sleep_for(std::min(step, total - done));
    }
    co_return mcp::text_result(fmt::format("slept {} ms", arguments.ms));
}

mcp::Tool named(std::string name, std::string description)
{
    mcp::Tool out;
    out.name = std::move(name);
    out.description = std::move(description);
    out.annotations.emplace();
    out.annotations->readOnlyHint = true;
    out.annotations->openWorldHint = false;
    return out;
}

}  // namespace

void add_test_tools(server::features& offered)
{
    offered.add_tool<EchoArguments>(
        named("echo", "For tests of this server: returns the text."),
        {{"text", "Any text."}},
        echo);
    offered.add_tool<SlowArguments>(
        named("slow", "For tests of this server: waits, with progress, and says so."),
        {{"ms", "Milliseconds to wait."}},
        slow);
}

}  // namespace app
