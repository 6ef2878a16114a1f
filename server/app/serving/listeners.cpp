#include "server/app/serving/listeners.hpp"

#include "protocol/rpc/async.hpp"
#include "server/app/config.hpp"
#include "server/transports/stdio.hpp"

#include <stdexcept>

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
    auto const say = [this](std::string const& where) {
        log_(mcp::LoggingLevel::notice, "listening on " + where);
    };
    for (auto const& at : options_.listen)
        open(at);
    if (options_.stdio)
        stdio_ = server::stdio_transport(executor_, options_.limits.stream);
    for (auto const& listener : sockets_)
        say(to_text(listener->address()));
    for (auto const& listener : http_)
        say(listener->endpoint());
}

listeners::~listeners() = default;

void listeners::open(server::listen_address const& at)
try {
    if (auto const* http = std::get_if<server::http_address>(&at)) {
        open_http(http->host, http->port, http->path, -1);
        return;
    }
    server::listening_socket socket(executor_, at);
    if (auto const why = objection(options_, socket.address()); !why.empty())
        throw config_error(why);
    auto const* handed_over = std::get_if<server::inherited_address>(&at);
    if (!handed_over || !handed_over->http) {
        open_socket(std::move(socket));
        return;
    }
    auto const* tcp = std::get_if<server::tcp_address>(&socket.address());
    if (!tcp)
        throw config_error("--listen " + to_text(at) + ": HTTP is served on internet sockets only");
    auto const real = *tcp;
    open_http(real.host, real.port, {}, socket.acceptor().release());
} catch (server::listen_error const& e) {
    throw config_error(e.what());
} catch (std::invalid_argument const& e) {
    throw config_error("--listen " + to_text(at) + ": " + e.what());
} catch (boost::system::system_error const& e) {
    throw config_error(
        "cannot listen on " + to_text(at) + ": " + e.code().message() +
        "; choose another port, or 0 for one that is free");
}

void listeners::open_socket(server::listening_socket socket)
{
    sockets_.push_back(std::make_unique<server::socket_listener>(
        std::move(socket),
        options_.token,
        [this](mcp::transport& peer) { return server_.serve(peer); },
        options_.limits.sockets,
        options_.limits.stream,
        log_));
}

void listeners::open_http(
    asio::ip::address const& host, std::uint16_t port, std::string path, int fd)
{
    server::http_options http;
    http.host = host.to_string();
    http.port = port;
    http.inherited = fd;
    http.path = path.empty() ? options_.http_path : std::move(path);
    http.allowed_hosts = options_.allowed_hosts;
    http.allowed_origins = options_.allowed_origins;
    if (!options_.token.empty())
        http.token = options_.token;
    http.limits = options_.limits.http;
    http_.push_back(
        std::make_unique<server::http_listener>(executor_, server_, std::move(http), log_));
}

awaitable<void> listeners::run()
{
    std::vector<awaitable<void>> all;
    if (stdio_)
        all.push_back(server_.serve(*stdio_));
    for (auto const& listener : sockets_)
        all.push_back(listener->run());
    for (auto const& listener : http_)
        all.push_back(listener->run());
    co_await until_one_ends(std::move(all));
}

}  // namespace app
