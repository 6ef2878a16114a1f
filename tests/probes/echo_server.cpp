// A small server over stdio for the tests with official clients.

#include "server/transports/stdio.hpp"
#include "tests/probes/echo_tools.hpp"

#include <boost/asio/io_context.hpp>

#include <csignal>

int main()
{
    std::signal(SIGPIPE, SIG_IGN);
    boost::asio::io_context loop{1};
    server::features offered;
    probe::add_everything(offered);
    server::mcp_server echo_server(probe::self(), "Call echo.", offered);
    auto const stdio = server::stdio_transport(loop.get_executor());
    int status = 0;
    boost::asio::co_spawn(loop, echo_server.serve(*stdio), [&](std::exception_ptr failure) {
        status = failure ? 1 : 0;
    });
    loop.run();
    return status;
}
