// The server that the official conformance suite examines: our server library with the suite's own
// fixture, over HTTP. Prints its URL and serves until SIGTERM.

#include "server/transports/http.hpp"
#include "tests/conformance/server/fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> serve(server::http_listener& http, server::mcp_server& server)
{
    try {
        co_await http.run();
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::operation_aborted)
            throw;
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await server.stop();
}

}  // namespace

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    asio::io_context loop{1};
    server::features offered;
    fixture::add_tools(offered);
    fixture::add_asking_tools(offered);
    fixture::add_task_tools(offered);
    fixture::add_prompts(offered);
    fixture::add_resources(offered);

    mcp::Implementation self;
    self.name = "conformance-fixture";
    self.version = "1.0.0";
    mcp::logger const log{
        mcp::LoggingLevel::warning, [](auto, std::string_view text) { std::cerr << text << '\n'; }};
    server::server_limits limits;
    limits.progress_interval = std::chrono::milliseconds(50);
    server::mcp_server server(self, "For the conformance suite.", offered, limits, log);
    server::http_listener http(loop.get_executor(), server, server::http_options(), log);
    std::cout << http.endpoint() << std::endl;

    int status = 0;
    asio::cancellation_signal stop;
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](boost::system::error_code ec, int) {
        if (!ec)
            stop.emit(asio::cancellation_type::terminal);
    });
    auto ended = [&](std::exception_ptr const& failure) {
        signals.cancel();
        status = failure ? 1 : 0;
    };
    asio::co_spawn(loop, serve(http, server), asio::bind_cancellation_slot(stop.slot(), ended));
    loop.run();
    return status;
}
