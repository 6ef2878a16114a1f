#pragma once

// One HTTP exchange, on the frame of the coroutine that makes it: destroying it, by cancellation
// too, aborts it. It says nothing about retries; time-outs beyond the connection's are put around
// it with mcp::with_timeout, per phase (http_limits).
//
// Redirects are errors (libcurl would carry x-api-key to the other host), TLS is always verified,
// and plain http is for loopback hosts alone unless it is allowed. Errors are values, one sentence
// each, without header values or bodies.

#include "protocol/rpc/async.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

class curl_multi;

struct http_request {
    std::string url;
    std::string method = "GET";  // or POST, DELETE
    std::string body;            // of a POST
    std::vector<std::pair<std::string, std::string>> headers;
};

struct http_options {
    std::chrono::milliseconds connect_timeout{10'000};
    std::size_t max_response = std::size_t(32) << 20;  // bytes of body
    bool plain_http_anywhere = false;  // http:// to other hosts than this one, for servers on a LAN
    bool environment_proxies = true;   // https_proxy and no_proxy; never for loopback hosts
};

// How long each phase of an exchange may take, for with_timeout.
struct http_limits {
    std::chrono::milliseconds first_byte{120'000};  // of the response's headers
    std::chrono::milliseconds idle{300'000};        // between two pieces of the body
    std::chrono::milliseconds total{900'000};       // 32000 tokens of a slow model fit
};

enum class http_errc {
    none,
    library_missing,  // no usable libcurl
    refused,          // this request is not made: its URL or a header is not permitted
    unreachable,      // no name, no connection, no TLS, or no response
    timed_out,        // connecting
    broken,           // the response ended before it was complete
    redirected,
    too_large,  // more than max_response
};

struct http_error {
    http_error() = default;
    explicit http_error(http_errc k, std::string text = {}) : kind(k), message(std::move(text)) {}

    http_errc kind = http_errc::none;
    std::string message;
};

class transfer {
public:
    // Starts it. What goes wrong here is told by headers().
    transfer(curl_multi& multi, http_request request, http_options options = http_options());
    ~transfer();
    transfer(transfer const&) = delete;
    transfer& operator=(transfer const&) = delete;

    // Returns when the status and the headers are there. Throws only operation_aborted.
    boost::asio::awaitable<boost::system::result<void, http_error>> headers();

    // The next piece of the body, or nothing once it is complete. While nobody reads, the peer is
    // held back. Throws only operation_aborted.
    boost::asio::awaitable<boost::system::result<std::optional<std::string>, http_error>> read();

    // After headers().
    int status() const { return status_; }
    // The first header of that name, in any case; empty without one.
    std::string_view header(std::string_view name) const;

private:
    friend class curl_multi;

    void start();
    bool accept_url();
    bool accept_headers();
    void set_options(bool loopback);
    void fail(http_errc kind, std::string message);
    void finished(int code);
    void release();
    void abandon();
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* data);
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* data);

    curl_multi* multi_;  // none once it has ended
    http_request request_;
    http_options options_;
    mcp::event changed_;
    void* easy_ = nullptr;
    void* header_list_ = nullptr;
    bool added_ = false;
    std::string host_;  // with its port, for messages
    std::array<char, 256> detail_{};

    int status_ = 0;
    std::vector<std::pair<std::string, std::string>> received_headers_;
    bool headers_done_ = false;
    std::string buffer_;
    std::size_t received_ = 0;
    bool paused_ = false;
    bool done_ = false;
    std::optional<http_error> failure_;
};

// Whether a host, as a URL spells it, is this machine: localhost, 127.0.0.0/8, [::1].
bool is_loopback(std::string_view host);

}  // namespace agent
