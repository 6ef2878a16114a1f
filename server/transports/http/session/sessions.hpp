#pragma once

// The legacy sessions that are open over HTTP, by their id: 128 bits of the kernel's randomness. To
// know it is not to be allowed in: a session is found only by the principal that opened it.

#include "server/transports/http/exchange.hpp"
#include "server/transports/http/rules/limits.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace server {

class http_endpoint;
class http_session;

class http_sessions {
public:
    using time_point = exchange::time_point;

    explicit http_sessions(http_endpoint& endpoint);
    http_sessions(http_sessions const&) = delete;
    http_sessions& operator=(http_sessions const&) = delete;
    ~http_sessions();

    // One that is not yet open: it becomes so with its handshake. Nothing: there is no room.
    std::shared_ptr<http_session> prepare(std::string_view principal, time_point now);
    void open(std::shared_ptr<http_session> session);

    // For one request without a session.
    std::shared_ptr<http_session> passing(std::string_view principal);

    std::shared_ptr<http_session> find(std::string_view id, std::string_view principal) const;
    void end(std::string const& id);
    void end_all();

    // Ends those that nobody used for too long.
    void tick(time_point now);

    std::size_t size() const { return open_.size(); }

private:
    bool make_room(time_point now);

    http_endpoint& endpoint_;
    std::shared_ptr<std::size_t> logged_ = std::make_shared<std::size_t>();
    std::unordered_map<std::string, std::shared_ptr<http_session>> open_;
};

}  // namespace server
