#pragma once

// Context7 as a source of documentation: a downstream MCP server, found tools, and an answer per
// (library, version, question) that is asked for once and kept while this lives. Equal questions at
// the same time are one request. Errors are not kept.
//
// What it is asked leaves this machine: a question is cut to 500 characters, and what looks like a
// key is taken out. What it answers is data from outside: sanitized, cut, with its source.

#include "agent/docs/documentation.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/downstream/mcp_client.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace agent {

class context7 final : public documentation {
public:
    // `limit` is for one call; a question may need up to six, and the first one the server's start.
    context7(
        boost::asio::any_io_executor ex,
        downstream_server server,
        knowledge const& known,
        mcp::logger log,
        std::chrono::milliseconds limit = std::chrono::milliseconds(5000));
    ~context7() override;

    std::string_view name() const override { return "Context7"; }

    boost::asio::awaitable<boost::system::result<std::vector<passage>, docs_error>>
    query(docs_query q) override;

private:
    class state;
    std::shared_ptr<state> state_;
};

// Context7 behind a URL: the hosted one, or one in the same company. Only the hosted one gets the
// key; nothing is sent of an empty one.
downstream_server context7_at(std::string url, std::string const& key, curl_multi& transfers);

// Of a program's environment ("NAME=value") what a Context7 server needs to run, to reach the
// network and to know its user: no other secret.
std::vector<std::string> context7_environment(char const* const* environment);

}  // namespace agent
