#pragma once

// An MCP server: decides for each request to which era it belongs, finds its method, runs it, and
// puts the result into that era's words. Holds nothing of a connection but what the legacy
// handshake said, and that only for as long as the connection is served. Each transport drives it:
// a stream of lines by serve(), requests that arrive each by itself by answer().

#include "protocol/logger.hpp"
#include "protocol/rpc/dispatcher.hpp"
#include "protocol/rpc/transport.hpp"
#include "protocol/wire/classify.hpp"
#include "server/changes.hpp"
#include "server/features.hpp"
#include "server/method_table.hpp"
#include "server/questions.hpp"
#include "server/request_context.hpp"
#include "server/session.hpp"
#include "server/tasks/task_store.hpp"

#include <chrono>
#include <string>

namespace server {

struct server_limits {
    mcp::dispatcher_limits connection = mcp::dispatcher_limits();
    std::chrono::milliseconds progress_interval{250};  // at most one notification a request
    std::size_t page_size = 100;                       // entries of a list in one result
    task_limits tasks = task_limits();
    std::size_t requests = 1'024;  // unfinished, of all connections; more are refused as busy
};

class mcp_server {
public:
    // `offered` outlives the server.
    mcp_server(
        mcp::Implementation self,
        std::string instructions,
        features const& offered,
        server_limits limits = server_limits(),
        mcp::logger log = mcp::logger());
    mcp_server(mcp_server const&) = delete;
    mcp_server& operator=(mcp_server const&) = delete;

    // A connection that carries many requests, until the peer closes. When cancelled, every request
    // of the connection is. `principal` as in session.
    boost::asio::awaitable<void> serve(mcp::transport& peer, std::string principal = {});

    // One request by the rules that it is addressed to. `connection` and `out` outlive it; of a
    // modern request's connection nothing is remembered. Throws what mcp::explain() turns into the
    // error reply.
    boost::asio::awaitable<mcp::json::value>
    answer(mcp::jsonrpc::request request, mcp::addressed to, session& connection, outbound& out);

    // Whether this era has the method, and this server what it needs.
    bool knows(mcp::era const& era, std::string_view method) const;

    // For transports with headers: throws -32020 unless those of a tools/call mirror its arguments
    // as the tool's schema asks (x-mcp-header). An unknown tool is the call's own business.
    void check_parameters(mcp::json::object const& params, mcp::header_lookup const& headers) const;

    // Tells the client of an open session what changes (list_changed, resources/updated), until
    // cancelled or the session ends. `drained` returns once what was sent has left.
    boost::asio::awaitable<void> relay(
        session& opened,
        std::function<void(mcp::jsonrpc::notification)> send,
        std::function<boost::asio::awaitable<void>()> drained);

    // Subscriptions of this owner (a session) end, as gracefully as they can: it is going away.
    void end_subscriptions(void const* owner) { offered_.changes().end(owner); }

    // Before the end of the program: every subscription ends, and every task, gracefully.
    boost::asio::awaitable<void> stop();

    method_table const& methods() const { return methods_; }

private:
    method_table table_of_methods();
    mcp::InitializeResult initialize(request_context& ctx, mcp::InitializeRequestParams params);
    mcp::DiscoverResult discover(request_context& ctx) const;
    boost::asio::awaitable<mcp::json::value> answer_in(
        mcp::era const& era, mcp::jsonrpc::request request, session& connection, outbound& out);
    std::optional<std::string> instructions() const;

    mcp::Implementation self_;
    mcp::json::object encoded_self_;  // for every modern result
    std::string instructions_;
    features const& offered_;
    server_limits limits_;
    mcp::logger log_;
    questions questions_;
    task_store tasks_;
    method_table methods_;
    std::size_t unfinished_ = 0;
};

}  // namespace server
