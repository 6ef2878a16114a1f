#pragma once

// The first rungs of the ladder (spec digest 2.4, 1 to 8; basic/transports/streamable-http): may
// this head come in at all, and by which door? Decided before a byte of the body is looked at. A
// browser can be made to send anything here, so Host and Origin are held against lists, exactly
// (DNS rebinding), and nothing of a request is ever echoed into a header. Pure.

#include "server/transports/http/rules/head.hpp"
#include "server/transports/http/rules/refusal.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace server {

struct http_admission {
    enum class door { message, stream, end_of_session, health, preflight };

    door to = door::message;
    std::optional<http_refusal> refused;
    std::string_view origin;     // allowed, to be named in the answer; empty: not from a browser
    std::string_view principal;  // of the token; empty: none is asked for
    bool takes_json = true;      // by its Accept, read leniently
    bool takes_stream = true;
};

class http_gate {
public:
    struct rules {
        std::string path = "/mcp";
        std::vector<std::string> hosts;    // as in Host, with the port where it has one
        std::vector<std::string> origins;  // as in Origin
        std::optional<std::string> token;
        std::size_t body_limit = std::size_t(1) << 20;
    };

    explicit http_gate(rules r) : rules_(std::move(r)) {}

    // The views in it are valid as long as the gate is.
    http_admission admit(http_head const& head) const;

private:
    std::optional<http_refusal> check_host(http_head const& head) const;
    std::optional<http_refusal> check_origin(http_head const& head, http_admission& out) const;
    std::optional<http_refusal> check_token(http_head const& head, http_admission& out) const;
    std::optional<http_refusal> check_method(http_head const& head, http_admission& out) const;
    std::optional<http_refusal> check_content(http_head const& head, http_admission& out) const;

    rules rules_;
};

}  // namespace server
