// The whole server, in process: whatever lines come, it ends, each reply is a message, no request
// gets two of them, and nothing but a request gets one.

#include "server/server.hpp"

#include "tests/fuzz/property.hpp"
#include "tests/support.hpp"

#include <map>
#include <string>

namespace asio = boost::asio;
namespace json = boost::json;
namespace jsonrpc = mcp::jsonrpc;

namespace {

struct echo_arguments {
    std::string text;
    std::optional<int> times;
};
BOOST_DESCRIBE_STRUCT(echo_arguments, (), (text, times))

asio::awaitable<mcp::CallToolResult> echo(server::request_context& ctx, echo_arguments arguments)
{
    ctx.progress(1, 2, "half");
    ctx.log(mcp::LoggingLevel::warning, "said", "echo");
    co_return mcp::text_result(std::move(arguments.text));
}

asio::awaitable<mcp::CallToolResult> wait(server::request_context&, echo_arguments)
{
    mcp::event never(co_await asio::this_coro::executor);
    co_await never.wait();
    co_return mcp::text_result("never");
}

asio::awaitable<mcp::GetPromptResult> greet(server::request_context&, mcp::prompt_arguments from)
{
    mcp::GetPromptResult out;
    for (auto const& [name, value] : from)
        out.messages.push_back({mcp::Role::user, mcp::text_content(name + value)});
    co_return out;
}

struct offer : server::features {
    offer()
    {
        mcp::Tool tool;
        tool.name = "echo";
        add_tool<echo_arguments>(tool, {}, echo);
        tool.name = "wait";
        add_tool<echo_arguments>(tool, {}, wait);
        mcp::Prompt prompt;
        prompt.name = "greet";
        prompt.arguments.emplace().push_back({"who", {}, {}, true});
        add_prompt(prompt, greet);
    }
};

server::features const& offered()
{
    static offer const out;
    return out;
}

using ids = std::map<std::string, int>;

// How many replies each id may get, and how many there may be without one.
struct allowed {
    ids replies;
    int without = 0;
};

void count(json::value const& value, allowed& out)
{
    auto const message = jsonrpc::from_json(value);
    auto const* request = message ? std::get_if<jsonrpc::request>(&*message) : nullptr;
    auto const* notification = message ? std::get_if<jsonrpc::notification>(&*message) : nullptr;
    if (request)
        ++out.replies[jsonrpc::to_text(request->id)];
    else if (!message && message.error().reply.id)
        ++out.replies[jsonrpc::to_text(*message.error().reply.id)];
    else if (!notification)
        ++out.without;
}

allowed expect(mcp::strict_json& parser, std::string_view line)
{
    allowed out;
    auto const value = parser.parse(line);
    auto const* batch = value ? value->if_array() : nullptr;
    if (!value || batch)
        ++out.without;
    if (batch)
        for (auto const& element : *batch)
            count(element, out);
    else if (value)
        count(*value, out);
    return out;
}

void check_reply(json::value const& value, allowed& left)
{
    auto const message = jsonrpc::from_json(value);
    fuzz::require(message.has_value(), "what the server says is a message");
    auto const* reply = std::get_if<jsonrpc::response>(&*message);
    if (!reply)
        return;
    if (reply->id)
        fuzz::require(
            --left.replies[jsonrpc::to_text(*reply->id)] >= 0, "a request has one reply at most");
    else
        fuzz::require(--left.without >= 0, "only what is unreadable is answered without an id");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto input = fuzz::text(data, size);
    asio::io_context ctx{1};
    server::server_limits limits;
    limits.connection.drain = std::chrono::seconds(0);
    mcp::Implementation self;
    self.name = "s";
    self.version = "1";
    server::mcp_server server(self, "", offered(), limits);
    test::memory_transport peer(ctx.get_executor());
    bool done = false;
    asio::co_spawn(ctx, server.serve(peer), [&](std::exception_ptr failure) {
        fuzz::require(!failure, "serving ends without a failure");
        done = true;
    });

    mcp::strict_json parser;
    allowed left;
    while (!input.empty()) {
        auto const line = fuzz::take_line(input);
        if (line.empty())
            continue;
        auto const more = expect(parser, line);
        left.without += more.without;
        for (auto const& [id, n] : more.replies)
            left.replies[id] += n;
        peer.send(std::string(line));
        ctx.poll();
    }
    peer.close();
    ctx.run_for(std::chrono::seconds(5));
    fuzz::require(done, "the server ends when its peer has");

    while (peer.sent() > 0) {
        auto const value = parser.parse(peer.take_line());
        fuzz::require(value.has_value(), "what the server says is JSON");
        if (auto const* batch = value->if_array())
            for (auto const& element : *batch)
                check_reply(element, left);
        else
            check_reply(*value, left);
    }
    return 0;
}
