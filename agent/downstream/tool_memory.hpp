#pragma once

// What has to be remembered of the tools that a server listed, to call them over HTTP: which
// arguments travel in headers as well (protocol/wire/header_parameters), and which calls may be
// made twice when an answer was lost. Pure. Source: basic/transports/streamable-http, Request
// Metadata.

#include "protocol/wire/header_parameters.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

class tool_memory {
public:
    // Learns from a result of tools/list. Where arguments are mirrored into headers, it takes out
    // of it the tools whose annotations are invalid, which must not be called then. Returns why, a
    // sentence for each.
    std::vector<std::string> learn(boost::json::value& listed, bool mirrored);

    // The Mcp-Param-* headers of a call. None for a tool that was not listed: a server that wants
    // them says so (-32020), and then its tools are listed.
    std::vector<std::pair<std::string, std::string>> headers(boost::json::object const& call) const;

    // By its own word, which is all there is.
    bool repeatable(boost::json::object const& call) const;

private:
    struct tool {
        std::vector<mcp::header_parameter> parameters;
        bool repeatable = false;
    };
    tool const* find(boost::json::object const& call) const;

    std::map<std::string, tool, std::less<>> tools_;
};

}  // namespace agent
