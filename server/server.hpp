#pragma once

#include "protocol/rpc/transport.hpp"
#include "protocol/wire/era.hpp"
#include "server/method_table.hpp"
#include "server/request_context.hpp"

namespace mcp {

class dispatcher;

// The tools a server offers.
class tool_set {
public:
    using handler =
        std::function<boost::asio::awaitable<CallToolResult>(request_context&, json::object)>;
    void add(Tool t, handler h) { tools_.push_back({std::move(t), std::move(h)}); }
    ListToolsResult list() const;
    boost::asio::awaitable<CallToolResult> call(request_context& ctx, CallToolRequestParams p);

private:
    struct entry {
        Tool tool;
        handler run;
    };
    std::vector<entry> tools_;
};

// Serves one connection until the peer closes it, in whichever era each request is written.
boost::asio::awaitable<void> serve(transport& t, tool_set& tools);

}  // namespace mcp
