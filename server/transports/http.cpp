#include "server/transports/http.hpp"

#include "protocol/rpc/async.hpp"
#include "server/transports/http/connection.hpp"
#include "server/transports/http/endpoint.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <list>
#include <stdexcept>
#include <sys/resource.h>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// What the process needs besides connections.
constexpr std::size_t spare_descriptors = 64;

std::size_t most_connections(http_limits const& limits)
{
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return limits.connections;
    auto const room = static_cast<std::size_t>(files.rlim_cur);
    auto const most = room > 2 * spare_descriptors ? room - spare_descriptors : room / 2;
    return std::max<std::size_t>(1, std::min(limits.connections, most));
}

// The process or the machine is out of something that comes back.
bool is_exhaustion(error_code ec)
{
    return ec == boost::system::errc::too_many_files_open ||
           ec == boost::system::errc::too_many_files_open_in_system ||
           ec == boost::system::errc::no_buffer_space ||
           ec == boost::system::errc::not_enough_memory;
}

std::vector<asio::ip::address> addresses_of(std::string const& host)
{
    if (host == "localhost")
        return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
    error_code ec;
    auto const one = asio::ip::make_address(host, ec);
    if (ec)
        throw std::invalid_argument(
            "the HTTP host must be localhost or an IP address, not \"" + host + '"');
    return {one};
}

std::string text_of(asio::ip::address const& a)
{
    return a.is_v6() ? '[' + a.to_string() + ']' : a.to_string();
}

void bind(tcp::acceptor& acceptor, tcp::endpoint const& where, error_code& ec)
{
    acceptor.open(where.protocol(), ec);
    if (!ec)
        acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec && where.address().is_v6())
        acceptor.set_option(asio::ip::v6_only(true), ec);
    if (!ec)
        acceptor.bind(where, ec);
}

http_gate::rules rules_of(http_options const& options, std::string const& port)
{
    http_gate::rules out;
    out.path = options.path;
    out.token = options.token;
    out.body_limit = options.limits.body;
    std::vector<std::string> names{"127.0.0.1", "localhost", "[::1]"};
    if (options.host != "localhost") {
        auto const own = asio::ip::make_address(options.host);
        if (!own.is_loopback() && !own.is_unspecified())
            names.push_back(text_of(own));
    }
    auto const add = [&out](std::string const& authority) {
        out.hosts.push_back(authority);
        out.origins.push_back("http://" + authority);
    };
    auto const colon_port = ':' + port;
    for (auto const& name : names) {
        add(name + colon_port);
        if (port == "80")
            add(name);
    }
    for (auto const& name : options.allowed_hosts) {
        out.hosts.push_back(name);
        if (name.find(':', name.ends_with(']') ? name.size() : 0) == std::string::npos)
            out.hosts.push_back(name + colon_port);
    }
    out.origins.insert(
        out.origins.end(), options.allowed_origins.begin(), options.allowed_origins.end());
    return out;
}

}  // namespace

struct http_listener::service : std::enable_shared_from_this<service> {
    service(
        asio::any_io_executor ex, mcp_server& server, http_options const& options, mcp::logger l)
        : executor(std::move(ex)),
          log(std::move(l)),
          changed(executor),
          most(most_connections(options.limits))
    {
        listen(options);
        auto const port = std::to_string(acceptors.front().local_endpoint().port());
        auto const name =
            options.host == "localhost" ? "localhost" : text_of(addresses_of(options.host).front());
        url = "http://" + name + ':' + port + options.path;
        endpoint = std::make_shared<http_endpoint>(
            executor, server, rules_of(options, port), options.limits, log);
    }

    void listen(http_options const& options);
    awaitable<void> accept_from(tcp::acceptor& acceptor);
    void start_accepting();
    void admit(tcp::socket socket);
    awaitable<void> tick();
    void tick_all();
    awaitable<void> finish();
    std::chrono::milliseconds pace() const;

    asio::any_io_executor executor;
    mcp::logger log;
    mcp::event changed;  // a connection came or went, an accept loop ended
    std::size_t most;
    std::list<tcp::acceptor> acceptors;
    std::size_t accepting = 0;
    std::string url;
    std::shared_ptr<http_endpoint> endpoint;
    std::list<std::shared_ptr<http_connection>> connections;
};

void http_listener::service::listen(http_options const& options)
{
    auto port = options.port;
    for (auto const& address : addresses_of(options.host)) {
        if (!address.is_loopback() && !options.token)
            throw std::invalid_argument(
                "HTTP is served beyond this machine only with a token: " + options.host);
        tcp::endpoint const where(address, port);
        tcp::acceptor acceptor(executor);
        error_code ec;
        if (options.inherited >= 0)
            acceptor.assign(where.protocol(), options.inherited, ec);
        else
            bind(acceptor, where, ec);
        if (!ec)
            acceptor.listen(asio::socket_base::max_listen_connections, ec);
        // The second family of localhost is a courtesy.
        if (ec && !acceptors.empty())
            continue;
        if (ec)
            throw boost::system::system_error(
                ec, "cannot listen on " + text_of(address) + ':' + std::to_string(port));
        port = acceptor.local_endpoint().port();
        acceptors.push_back(std::move(acceptor));
    }
}

void http_listener::service::start_accepting()
{
    for (auto& acceptor : acceptors) {
        ++accepting;
        asio::co_spawn(
            executor,
            accept_from(acceptor),
            [self = shared_from_this()](std::exception_ptr const&) {
                --self->accepting;
                self->changed.notify();
            });
    }
}

awaitable<void> http_listener::service::accept_from(tcp::acceptor& acceptor)
{
    while (acceptor.is_open()) {
        while (connections.size() >= most && acceptor.is_open())
            co_await changed.wait();
        auto [ec, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        bool exhausted = is_exhaustion(ec);
        try {
            if (!ec)
                admit(std::move(socket));
        } catch (std::bad_alloc const&) {
            exhausted = true;
        }
        if (exhausted)
            co_await mcp::sleep_for(std::chrono::milliseconds(100));
    }
}

void http_listener::service::admit(tcp::socket socket)
{
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto const place = connections.emplace(connections.end());
    auto closed = [weak = weak_from_this(), place] {
        if (auto const self = weak.lock()) {
            self->connections.erase(place);
            self->changed.notify();
        }
    };
    try {
        *place = std::make_shared<http_connection>(
            endpoint, http_connection::socket(std::move(socket)), std::move(closed));
    } catch (...) {
        connections.erase(place);
        throw;
    }
    if (connections.size() == 1)
        changed.notify();
    (*place)->start();
}

// The shortest limit, in time.
std::chrono::milliseconds http_listener::service::pace() const
{
    using std::chrono::milliseconds;
    auto const& l = endpoint->limits();
    auto const shortest = std::min(
        {l.header_time,
         l.body_time,
         l.idle_time,
         l.session_idle,
         l.stalled_time,
         l.keep_alive,
         l.linger_time});
    return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

awaitable<void> http_listener::service::tick()
{
    auto const each = pace();
    for (;;) {
        while (connections.empty() && endpoint->sessions().size() == 0)
            co_await changed.wait();
        co_await mcp::sleep_for(each);
        tick_all();
    }
}

void http_listener::service::tick_all()
{
    auto const now = std::chrono::steady_clock::now();
    for (auto it = connections.begin(); it != connections.end();) {
        auto const connection = *it++;  // which may take itself off the list
        connection->tick(now);
    }
    endpoint->tick(now);
}

awaitable<void> http_listener::service::finish()
{
    error_code ignored;
    for (auto& acceptor : acceptors)
        acceptor.close(ignored);
    endpoint->stop();
    auto const until = std::chrono::steady_clock::now() + endpoint->limits().drain;
    auto const all = connections;
    for (auto const& connection : all)
        connection->stop();
    auto const is_over = [&] {
        return connections.empty() && endpoint->unfinished() == 0 && accepting == 0;
    };
    constexpr std::chrono::milliseconds look(10);
    while (!is_over() && std::chrono::steady_clock::now() < until) {
        co_await mcp::sleep_for(look);
        tick_all();
    }
    auto const rest = connections;
    for (auto const& connection : rest)
        connection->close();
    endpoint->sessions().end_all();
    // What was cancelled refers to the server, so that it must be gone before we return.
    while (!is_over())
        co_await mcp::sleep_for(look);
}

http_listener::http_listener(
    asio::any_io_executor ex, mcp_server& server, http_options options, mcp::logger log)
    : service_(std::make_shared<service>(std::move(ex), server, options, std::move(log)))
{
}

http_listener::~http_listener() = default;

std::string const& http_listener::endpoint() const
{
    return service_->url;
}

awaitable<void> http_listener::run()
{
    auto const held = service_;
    std::exception_ptr failure;
    held->start_accepting();
    try {
        co_await held->tick();
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await held->finish();
    std::rethrow_exception(failure);
}

}  // namespace server
