#include "agent/downstream/process/command_output.hpp"

#include "agent/downstream/process/child_process.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

constexpr std::size_t most = 64 << 10;

awaitable<std::string> read_all(child_process& child)
{
    std::string out;
    char buffer[4096];
    for (;;) {
        auto const [ec, n] = co_await child.out.async_read_some(
            asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
        out.append(buffer, n);
        if (ec || out.size() > most)
            break;
    }
    auto const status = co_await child.wait();
    if (status != "exited with code 0")
        throw std::runtime_error(status);
    co_return out;
}

}  // namespace

awaitable<std::string> command_output(
    std::vector<std::string> argv,
    std::vector<std::string> environment,
    std::chrono::milliseconds limit)
{
    auto const name = argv.empty() ? std::string("(empty command)") : argv.front();
    child_command command;
    command.argv = std::move(argv);
    command.environment = std::move(environment);
    child_process child(co_await asio::this_coro::executor, std::move(command));
    child.in.close();
    std::string out;
    try {
        out = co_await mcp::with_timeout(read_all(child), limit);
    } catch (boost::system::system_error const& e) {
        if (e.code() != asio::error::timed_out)
            throw;
        throw std::runtime_error(name + " did not end in time");
    } catch (std::runtime_error const& e) {
        throw std::runtime_error(name + " " + e.what());
    }
    if (out.size() > most)
        throw std::runtime_error(name + " printed too much");
    co_return out;
}

}  // namespace agent
