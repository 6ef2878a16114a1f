#pragma once

// One stream of a legacy session: the response to a POST, or what a GET opened (stream 0). Unlike
// its connection it belongs to the session: while the connection is lost it goes on into the event
// log, and another may be attached that asks for the rest (basic/transports of 2025-11-25). As JSON
// if the responses are all there is to say.

#include "protocol/jsonrpc.hpp"
#include "server/transports/http/exchange.hpp"
#include "server/transports/http/session/event_log.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server {

class http_session;

class session_stream final : public exchange, public std::enable_shared_from_this<session_stream> {
public:
    static constexpr std::uint32_t listening = 0;

    // `peer`: nobody yet, if it is to be attached.
    session_stream(
        std::shared_ptr<http_session> session,
        std::uint32_t number,
        http_reply* peer,
        reply_forms forms);
    ~session_stream() override;

    std::uint32_t number() const { return number_; }
    std::uint64_t place() const { return place_; }  // of the last event
    void continue_from(std::uint64_t place) { place_ = place; }
    bool is_attached() const { return peer_ != nullptr; }
    bool is_drained() const { return !peer_ || peer_->waiting() == 0; }

    // So many requests are to be answered here. As a batch they are in one array.
    void expect(std::size_t responses, bool batch);

    // One of them; `headers` go with it if it is the first to be said.
    void respond(mcp::jsonrpc::response const& r, std::string_view headers = {});
    // One that will not be answered: it was cancelled.
    void forget();

    // A notification, or a request to the client. Whether it could be said here.
    bool say(mcp::jsonrpc::notification const& n);
    bool say(mcp::jsonrpc::request const& r);

    // Another connection takes over, after this event.
    void attach(http_reply& peer, event_id after);

    void open(std::string_view headers = {});

    // The connection ends here, and the client comes back for the rest, if it is one that does
    // (basic/transports of 2025-11-25: it got an event id and was told when to retry).
    void release();

    // Ends it, whatever is expected.
    void close();

    bool ends_with_input() const override { return number_ == listening; }
    void left() override;
    void written() override;
    void tick(time_point now) override;
    void stop() override;

private:
    // `is_spared`: a peer that does not read goes without.
    bool can_stream() const;
    void put(std::string_view json, bool is_spared);
    void finish();
    void finish_as_json(std::string_view headers);

    std::shared_ptr<http_session> session_;
    std::uint32_t number_;
    http_reply* peer_;
    reply_forms forms_;
    std::uint64_t place_ = 0;
    std::size_t expected_ = 0;
    std::vector<std::string> replies_;  // of a batch, until all are there
    time_point spoke_;
    bool batch_ = false;
    bool streams_ = false;
};

}  // namespace server
