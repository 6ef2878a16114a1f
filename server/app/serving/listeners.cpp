#include "server/app/serving/listeners.hpp"

#include "protocol/rpc/async.hpp"
#include "server/app/config.hpp"
#include "server/transports/stdio.hpp"

namespace app {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

// All of them until one has ended; then the others are cancelled, and waited for.
awaitable<void> until_one_ends(std::vector<awaitable<void>> tasks)
{
    auto executor = co_await asio::this_coro::executor;
    using operation =
        decltype(asio::co_spawn(executor, std::declval<awaitable<void>>(), asio::deferred));
    std::vector<operation> operations;
    operations.reserve(tasks.size());
    for (auto& task : tasks)
        operations.push_back(asio::co_spawn(executor, std::move(task), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    auto [order, failures] =
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (auto const& first = failures[order[0]])
        std::rethrow_exception(first);
}

}  // namespace

listeners::listeners(
    asio::any_io_executor ex, server::mcp_server& server, serve_options options, mcp::logger log)
    : executor_(std::move(ex)), server_(server), options_(std::move(options)), log_(std::move(log))
{
    for (auto const& at : options_.listen)
        open(at);
    if (options_.stdio)
        stdio_ = server::stdio_transport(executor_, options_.limits.stream);
    for (auto const& listener : sockets_)
        log_(mcp::LoggingLevel::notice, "listening on " + to_text(listener->address()));
}

listeners::~listeners() = default;

void listeners::open(server::listen_address const& at)
try {
    server::listening_socket socket(executor_, at);
    if (auto const why = objection(options_, socket.address()); !why.empty())
        throw config_error(why);
    sockets_.push_back(std::make_unique<server::socket_listener>(
        std::move(socket),
        options_.token,
        [this](mcp::transport& peer) { return server_.serve(peer); },
        options_.limits.sockets,
        options_.limits.stream,
        log_));
} catch (server::listen_error const& e) {
    throw config_error(e.what());
}

awaitable<void> listeners::run()
{
    std::vector<awaitable<void>> all;
    if (stdio_)
        all.push_back(server_.serve(*stdio_));
    for (auto const& listener : sockets_)
        all.push_back(listener->run());
    co_await until_one_ends(std::move(all));
}

}  // namespace app
