#pragma once

// The bytes of a connection, taken apart into requests: sans-io, driven by http_connection. Beast's
// parser does the grammar; refused on top of it is what two readers of the same bytes might
// understand differently (request smuggling): folded lines, a length that is not one number sent
// once, any transfer coding but one `chunked`, both of them together. Trailers are dropped.

#include "server/transports/http/rules/head.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace server {

class request_parser {
public:
    enum class fault { none, malformed, head_too_large, body_too_large, version };

    // Bytes of a head, and of a body that comes in chunks. A Content-Length is not judged here: the
    // head is for the rules first.
    request_parser(std::size_t head_limit, std::size_t body_limit);
    request_parser(request_parser const&) = delete;
    request_parser& operator=(request_parser const&) = delete;
    ~request_parser();

    // Takes what it can use of `bytes` and says how much; the rest is to be given again, with more
    // behind it. Stops after the head, and after the body.
    std::size_t feed(std::string_view bytes);

    bool has_head() const { return has_head_; }
    bool is_done() const { return is_done_; }
    fault failure() const { return fault_; }  // final

    http_head const& head() const { return head_; }
    std::string const& body() const { return body_; }

    // The body is of no interest any more: it is counted, but not kept.
    void drop_body();

    // For the next request of the connection.
    void restart();

private:
    struct machine;

    bool fits(std::size_t taken, std::size_t left);

    std::size_t head_limit_;
    std::size_t body_limit_;
    std::unique_ptr<machine> machine_;
    http_head head_;
    std::string body_;
    std::size_t body_size_ = 0;
    std::size_t head_size_ = 0;  // that was taken
    fault fault_ = fault::none;
    bool has_head_ = false;
    bool is_done_ = false;
    bool drops_body_ = false;
};

}  // namespace server
