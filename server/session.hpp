#pragma once

// What the handshake of the legacy era established for one connection (basic/lifecycle of
// 2025-11-25). Requests of the modern era pass it by: they carry everything themselves.

#include "protocol/lifecycle.hpp"
#include "protocol/wire/era.hpp"
#include "server/changes.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace server {

class session {
public:
    // Called at each handshake with the version that it settled on.
    using opened_function = std::function<void(mcp::protocol_version)>;

    // `principal` is on whose behalf the connection speaks, as its transport established: what one
    // principal started another does not find. Empty where there is but one.
    explicit session(opened_function opened = {}, std::string principal = {})
        : principal_(std::move(principal)), opened_(std::move(opened))
    {
    }

    std::string const& principal() const { return principal_; }

    // The version asked for if it is served, else the newest that a handshake can give: the client
    // disconnects if it cannot live with that. A second handshake starts from nothing.
    mcp::protocol_version open(mcp::InitializeRequestParams params);

    bool is_open() const { return client_ != nullptr; }

    // Before the handshake: a client of the newest legacy version that declared nothing.
    std::shared_ptr<mcp::client_facts const> client() const;

    // What logging/setLevel asked for. Until then the server chooses.
    mcp::LoggingLevel log_level = mcp::LoggingLevel::info;

    // What the client hears of without asking: every list, and the resources it subscribed to.
    // There from the handshake on.
    std::optional<change_listener> changes;

private:
    std::string principal_;
    opened_function opened_;
    std::shared_ptr<mcp::client_facts const> client_;
};

}  // namespace server
