#pragma once

// The tools on offer, in the order they were added (server/tools).

#include "protocol/json_schema/schema.hpp"
#include "protocol/tools.hpp"
#include "protocol/wire/header_parameters.hpp"
#include "server/step.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace server {

// Thrown by a tool that cannot do its work: becomes a result with isError. The text is for the
// client's model, in a sentence that says what to do.
struct tool_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class tools {
public:
    using handler = std::function<boost::asio::awaitable<step>(
        request_context&, mcp::json::value const& arguments)>;

    struct tool {
        mcp::Tool what;
        handler run;
        bool listed = true;
        // What arguments are held against before the handler; without it the handler does so.
        std::optional<mcp::json_schema::schema> accepts;
        std::vector<mcp::header_parameter> mirrored;  // x-mcp-header
    };

    // Whether the inputSchema is checked here, or by the handler itself; whether tools/list shows
    // it.
    struct options {
        bool validate = true;
        bool listed = true;
    };

    // Throws std::logic_error for a definition that no client could use: its name, its schema, or
    // what it asks to be mirrored in headers.
    void add(mcp::Tool what, handler run, options how);
    void remove(std::string_view name);

    bool empty() const { return tools_.empty(); }
    mcp::json::array const& listed() const { return listed_; }

    tool const* find(std::string_view name) const;

    // Throws -32602 with the name that was probably meant.
    std::shared_ptr<tool const> at(std::string_view name) const;

private:
    std::vector<std::shared_ptr<tool const>> tools_;
    mcp::json::array listed_;  // encoded once
};

}  // namespace server
