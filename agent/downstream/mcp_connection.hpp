#pragma once

// One conversation with a downstream MCP server, whatever carries it: finds the era, shakes hands,
// puts what the era asks for around each request, and takes it off each answer. mcp_client makes a
// new one when it has ended.
//
// Answers ping, and what the server asks in the middle of a call if the configuration has a handler
// for it and declares the capability; refuses every other request. Limits are for each round of a
// call; the time that a question takes is not counted (in the modern era, where it is a round of
// its own). Sources: basic/versioning, basic/patterns/mrtr; mcp-spec-digest 3.

#include "agent/downstream/downstream_transport.hpp"
#include "agent/downstream/era_probe.hpp"
#include "agent/downstream/tool_memory.hpp"
#include "protocol/logger.hpp"
#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace agent {

// The handshake came to nothing. `respawn`: try again, with a new process, as legacy.
struct handshake_error : std::runtime_error {
    handshake_error(std::string const& reason, bool new_process)
        : std::runtime_error(reason), respawn(new_process)
    {
    }
    bool respawn;
};

// What to do once a connection has ended.
enum class connection_end {
    failure,          // start again, but not at once
    session_expired,  // open a new session in the same era, and ask again
    era_changed       // find the era again, and ask again
};

class mcp_connection : public std::enable_shared_from_this<mcp_connection> {
public:
    // Starts the process, if it is one. Throws spawn_error.
    static std::shared_ptr<mcp_connection>
    start(boost::asio::any_io_executor ex, downstream_server const& server, mcp::logger log);

    mcp_connection(
        boost::asio::any_io_executor ex, downstream_server const& server, mcp::logger log);

    // Finds the era, unless it is known to be legacy, and shakes hands. Throws handshake_error.
    boost::asio::awaitable<void> open(downstream_era known);

    // A request in this connection's era, to its complete result: questions of the server on the
    // way are answered. Throws jsonrpc::error as the server answered, transport_error,
    // system_error(timed_out).
    boost::asio::awaitable<boost::json::value>
    call(std::string method, boost::json::object params, std::chrono::milliseconds limit);

    downstream_era era() const { return era_; }
    bool era_is_certain() const { return certain_; }
    std::string const& peer() const { return peer_; }  // "Context7 4.1.1", as it says itself
    bool ended() const { return transport_->ended(); }
    connection_end end() const { return end_; }

    // "its process exited with code 1", with what it said last.
    std::string why() const { return transport_->why(); }

    void close() { transport_->close(); }

private:
    using clock = std::chrono::steady_clock;
    struct attempt;

    boost::asio::awaitable<void> probe();
    boost::asio::awaitable<probe_reply> discover();
    boost::asio::awaitable<void> initialize();
    boost::asio::awaitable<std::optional<boost::json::value>> shake_hands();
    boost::asio::awaitable<boost::json::value>
    round(std::string method, boost::json::object params, std::chrono::milliseconds limit);
    boost::asio::awaitable<attempt>
    tried(std::string const& method, boost::json::object const& params, clock::time_point until);
    boost::asio::awaitable<void> list_tools_again(clock::time_point until);
    boost::asio::awaitable<boost::json::object> answers(boost::json::object requests);
    boost::asio::awaitable<boost::json::value> answer(mcp::jsonrpc::request r);
    boost::asio::awaitable<void> check_alive();
    attempt judged(mcp::jsonrpc::error const& e, std::string const& method);
    attempt
    judged(transport_error const& e, std::string const& method, boost::json::object const& params);
    void end(connection_end how, std::string const& reason);
    downstream_request written(std::string const& method, boost::json::object params) const;
    boost::json::object client_info() const;
    void remember_peer(boost::json::value const* info);

    boost::asio::any_io_executor executor_;
    downstream_server server_;
    mcp::logger log_;
    std::unique_ptr<downstream_transport> transport_;
    tool_memory tools_;
    downstream_era era_ = downstream_era::unknown;
    connection_end end_ = connection_end::failure;
    std::string peer_;
    int probes_ = 0;
    bool certain_ = true;
    bool checking_ = false;
};

}  // namespace agent
