#pragma once

// One process of a downstream MCP server, and the conversation with it over its stdio: from the
// start to the end of that process. mcp_client makes a new one when it has ended.
//
// It declares no capabilities; answers ping, refuses every other request; passes over lines that
// are no JSON objects; a message over the limit ends it. Held by shared_ptr: the coroutine that
// pumps the pipes holds it until close() or the end of the process.

#include "agent/downstream/child_process.hpp"
#include "protocol/logger.hpp"
#include "protocol/rpc/dispatcher.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace agent {

struct downstream_server {
    std::string name;  // "Context7": as errors and log lines call it
    child_command command;
    std::string client_name = "nextjs-backend-engineer";  // told to the server, and by it to others
    std::string client_version = "1";
    // How long a process may take to answer: npx, the first time, downloads for half a minute. Who
    // asks does not wait that long; the start goes on without him.
    std::chrono::milliseconds probe_limit{60'000};
    std::chrono::milliseconds start_limit{60'000};
    std::chrono::milliseconds patience{15'000};
    std::chrono::milliseconds alive_limit{2'000};  // after a time-out: is anybody there?
    std::size_t max_message = 4 << 20;
};

enum class downstream_era { unknown, modern, legacy };

// The handshake came to nothing. `respawn`: try again, with a new process, as legacy.
struct handshake_error : std::runtime_error {
    handshake_error(std::string const& reason, bool new_process)
        : std::runtime_error(reason), respawn(new_process)
    {
    }
    bool respawn;
};

class mcp_connection : public std::enable_shared_from_this<mcp_connection> {
public:
    // Starts the process. Throws spawn_error.
    static std::shared_ptr<mcp_connection>
    start(boost::asio::any_io_executor ex, downstream_server const& server, mcp::logger log);

    mcp_connection(
        boost::asio::any_io_executor ex, downstream_server const& server, mcp::logger log);

    // Finds the era, unless it is known to be legacy, and shakes hands. Throws handshake_error.
    boost::asio::awaitable<void> open(downstream_era known);

    // A request in this connection's era. Throws jsonrpc::error as the server answered,
    // system_error(eof) when the process has ended, system_error(timed_out).
    boost::asio::awaitable<boost::json::value>
    call(std::string method, boost::json::object params, std::chrono::milliseconds limit);

    downstream_era era() const { return era_; }
    std::string const& peer() const { return peer_; }  // "Context7 4.1.1", as it says itself
    bool ended() const { return ended_; }

    // "exited with code 1", with what it said last.
    std::string why() const;

    void close();

private:
    class lines;

    boost::asio::awaitable<void> pump();
    boost::asio::awaitable<boost::json::value> answer(mcp::jsonrpc::request r);
    boost::asio::awaitable<void> probe();
    boost::asio::awaitable<void> initialize();
    boost::asio::awaitable<void> check_alive();
    boost::json::object enveloped(boost::json::object params) const;
    void remember_peer(boost::json::value const* info);

    boost::asio::any_io_executor executor_;
    downstream_server server_;
    mcp::logger log_;
    child_process child_;
    std::unique_ptr<lines> lines_;
    mcp::dispatcher dispatcher_;
    mcp::event changed_;
    downstream_era era_ = downstream_era::unknown;
    std::string peer_;
    std::string status_;
    bool ended_ = false;
    bool checking_ = false;
};

}  // namespace agent
