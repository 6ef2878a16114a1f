#pragma once

// A downstream MCP server as a client sees it: its tools, and calling them, over the stdio of a
// process or over HTTP. It is started (reached) by the first call, in either era, and started again
// when it has died, not more often than restart_policy allows; callers that come while it starts
// share that start, and do not wait for it longer than their patience. The era is found once.
//
// Failures are values; only cancellation is thrown. Nothing a server says is trusted: text is
// sanitized, lists are bounded, its stderr appears in errors only sanitized and cut.

#include "agent/downstream/mcp_connection.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace agent {

struct downstream_tool {
    std::string name;
    boost::json::object input_schema;
};

struct downstream_answer {
    std::string text;
    bool is_error = false;
};

enum class mcp_errc {
    none,
    unavailable,  // cannot be started, or died
    starting,     // and takes longer than its caller waits
    timed_out,
    refused,  // answered with a JSON-RPC error
    protocol  // answered something that is none of MCP
};

struct mcp_error {
    mcp_error() = default;
    mcp_error(mcp_errc k, std::string text) : kind(k), message(std::move(text)) {}
    mcp_errc kind = mcp_errc::none;
    std::string message;  // one sentence that names the server
};

class mcp_client {
public:
    template <class T>
    using outcome = boost::asio::awaitable<boost::system::result<T, mcp_error>>;

    // Starts nothing yet.
    mcp_client(boost::asio::any_io_executor ex, downstream_server server, mcp::logger log);
    mcp_client(mcp_client const&) = delete;
    mcp_client& operator=(mcp_client const&) = delete;
    ~mcp_client();

    std::string const& name() const;

    // Whom it spoke to last, as that said itself ("Context7 4.1.1"), and how; empty and unknown
    // before.
    std::string peer() const;
    downstream_era era() const;

    // All pages; the first tool of a name counts.
    outcome<std::vector<downstream_tool>> list_tools(std::chrono::milliseconds limit);

    // `limit` is for the call; a start that it has to wait for has its own.
    outcome<downstream_answer>
    call_tool(std::string tool, boost::json::object arguments, std::chrono::milliseconds limit);

private:
    class state;
    std::shared_ptr<state> state_;
};

}  // namespace agent
