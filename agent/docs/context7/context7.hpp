#pragma once

// Context7 as a source of documentation: a downstream MCP server, found tools, and an answer per
// (library, version, question) that is asked for once and kept (answer_cache): libraries for 30
// days, passages of an exact version for 7 days, others for one. Equal questions at the same time
// are one request. Errors are not kept; while there is no point in asking nobody is asked
// (breaker), and what was answered before is given with its date.
//
// What it is asked leaves this machine: a question is cut to 500 characters, and what looks like a
// key is taken out. What it answers is data from outside: sanitized, cut, with its source.

#include "agent/docs/context7/breaker.hpp"
#include "agent/docs/documentation.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "agent/downstream/mcp_client.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace agent {

struct context7_options {
    // For one call; a question may need up to six, and the first one the server's start.
    std::chrono::milliseconds limit{5000};
    std::filesystem::path cache;        // the directory for what is kept; empty: in memory
    std::filesystem::path lock;         // a file that pins what was answered; empty: none
    boost::asio::any_io_executor pool;  // where these are read and written, if one is set
    breaker_policy rest;
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

// What resolve-library-id answered, sanitized.
struct found_libraries {
    std::string text;
    std::string as_of;  // "2026-11-19": an older answer, as nobody could be asked
};

class context7 final : public documentation {
public:
    context7(
        boost::asio::any_io_executor ex,
        downstream_server server,
        knowledge const& known,
        mcp::logger log,
        context7_options options = {});
    ~context7() override;

    std::string_view name() const override { return "Context7"; }

    // `library` may also be a library's id, with or without a version ("/vercel/next.js/v16.1.6").
    boost::asio::awaitable<boost::system::result<std::vector<passage>, docs_error>>
    query(docs_query q) override;

    boost::asio::awaitable<boost::system::result<found_libraries, docs_error>>
    resolve(std::string name, std::string question);

    // Whether it can be asked, in one sentence for people.
    std::string health() const;

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
