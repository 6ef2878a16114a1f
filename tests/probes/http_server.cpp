// The echo server over HTTP: http_server PORT [TOKEN]. Says its URL in a line, and ends with
// SIGTERM or the end of its input, gracefully. Limits may be shortened by the environment, for the
// tests.

#include "server/transports/http.hpp"
#include "tests/probes/echo_tools.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>

namespace {

using boost::asio::awaitable;
using server::request_context;

struct WatchArguments {
    int ms = 0;
    std::optional<std::string> say;
};
BOOST_DESCRIBE_STRUCT(WatchArguments, (), (ms, say))

// Takes so long, and says on standard error how it went.
awaitable<mcp::CallToolResult> watch(request_context& ctx, WatchArguments arguments)
{
    struct diary {
        bool finished = false;
        ~diary() { std::cerr << (finished ? "finished" : "cancelled") << std::endl; }
    } today;
    std::cerr << "began" << std::endl;
    if (arguments.say)
        ctx.progress(1, 2, *arguments.say);
    co_await mcp::sleep_for(std::chrono::milliseconds(arguments.ms));
    today.finished = true;
    co_return mcp::text_result("watched");
}

struct SizeArguments {
    int bytes = 0;
};
BOOST_DESCRIBE_STRUCT(SizeArguments, (), (bytes))

awaitable<mcp::CallToolResult> large(request_context&, SizeArguments arguments)
{
    co_return mcp::text_result(std::string(static_cast<std::size_t>(arguments.bytes), 'x'));
}

awaitable<mcp::CallToolResult> plain()
{
    co_return mcp::text_result("routed");
}

void add_tools(server::features& out)
{
    probe::add_everything(out);
    out.add_tool<WatchArguments>(probe::named("watch", "Takes its time."), {}, watch);
    out.add_tool<SizeArguments>(probe::named("large", "Says much."), {}, large);
    auto touch = [&out](request_context&, mcp::EmptyParams) -> awaitable<mcp::CallToolResult> {
        out.changes().tools();
        co_return mcp::text_result("touched");
    };
    out.add_tool<mcp::EmptyParams>(probe::named("touch", "Changes the tools."), {}, touch);
    auto routed = probe::named("routed", "Has an argument that is mirrored in a header.");
    mcp::json::object const region{{"type", "string"}, {"x-mcp-header", "Region"}};
    mcp::json::object const properties{{"region", region}};
    routed.inputSchema = mcp::json::object{{"type", "object"}, {"properties", properties}};
    out.add_tool(routed, [](request_context&, mcp::json::object) { return plain(); });
}

void shorten(std::chrono::milliseconds& limit, char const* name)
{
    if (char const* text = std::getenv(name))
        limit = std::chrono::milliseconds(std::atoi(text));
}

}  // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    boost::asio::io_context loop{1};
    server::features offered;
    add_tools(offered);
    server::mcp_server echo_server(probe::self(), "Call echo.", offered);
    server::http_options options;
    options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
    if (argc > 2)
        options.token = argv[2];
    options.allowed_origins = {"https://app.example.com"};
    shorten(options.limits.header_time, "HEADER_TIME");
    shorten(options.limits.body_time, "BODY_TIME");
    shorten(options.limits.idle_time, "IDLE_TIME");
    shorten(options.limits.stalled_time, "STALLED_TIME");
    shorten(options.limits.keep_alive, "KEEP_ALIVE");
    shorten(options.limits.session_idle, "SESSION_IDLE");
    server::http_listener http(loop.get_executor(), echo_server, options, {});
    std::cout << http.endpoint() << std::endl;

    int status = 0;
    boost::asio::cancellation_signal stop;
    boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code ec, int) {
        if (!ec)
            stop.emit(boost::asio::cancellation_type::terminal);
    });
    auto ended = [&](std::exception_ptr failure) {
        signals.cancel();
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (boost::system::system_error const& e) {
            status = e.code() == boost::asio::error::operation_aborted ? 0 : 1;
        }
    };
    boost::asio::co_spawn(
        loop, http.run(), boost::asio::bind_cancellation_slot(stop.slot(), ended));
    loop.run();
    return status;
}
