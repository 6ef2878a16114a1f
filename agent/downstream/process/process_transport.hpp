#pragma once

// The stdio of a child process as a downstream_transport: from the start of that process to its
// end. Passes over lines that are no JSON objects; a message over the limit ends it. The coroutine
// that pumps the pipes holds what it needs until close() or the end of the process.
// Source: basic/transports/stdio.

#include "agent/downstream/downstream_transport.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace agent {

class process_transport final : public downstream_transport {
public:
    // Starts the process. Throws spawn_error.
    process_transport(
        boost::asio::any_io_executor ex,
        downstream_server const& server,
        downstream_question on_question,
        mcp::logger log);
    ~process_transport() override;

    boost::asio::awaitable<boost::json::value> request(downstream_request r) override;
    boost::asio::awaitable<void> notify(mcp::jsonrpc::notification n) override;
    void speak(downstream_era, std::string_view) override {}
    bool answers_late() const override { return true; }
    bool ended() const override;
    std::string why() const override;
    void give_up(std::string const& reason) override;
    void close() override;

private:
    class conversation;
    std::shared_ptr<conversation> conversation_;
};

}  // namespace agent
