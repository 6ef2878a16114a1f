#pragma once

// One connection to the server under test: messages out, complete answers in. Lines over pipes and
// sockets, or HTTP/1.1 with an answer in JSON, chunked or as one event stream. Descriptors are
// non-blocking; the owner waits.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bench {

enum class wire { stdio, http, tcp, unix_socket };

struct endpoint {
    wire kind = wire::stdio;
    int port = 0;
    std::string path;  // of a Unix socket
};

// A connected socket, or -1.
int dial(endpoint const& to);

class channel {
public:
    // The pipes of a process, which stay the process's.
    channel(int from, int to) : from_(from), to_(to) {}
    // A socket of its own. Throws if nobody listens.
    explicit channel(endpoint const& to);
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;
    ~channel();

    // Queued; flush() writes what the kernel takes.
    void send(std::string_view message, std::string_view method);
    void flush();
    bool pending() const { return sent_ < out_.size(); }

    // Reads at most `limit` bytes of what is there.
    void fill(std::size_t limit = std::size_t(1) << 20);
    // The next complete answer, valid until fill(). Over HTTP a refusal is one with `status`.
    std::optional<std::string_view> next();
    int status() const { return status_; }
    bool closed() const { return closed_; }
    // A new connection in the place of one that the server closed, in the same session. Throws if
    // nobody listens.
    void redial();
    // Forgets what was read: for a peer that does not care.
    void discard() { in_.clear(), taken_ = scanned_ = 0; }

    int reader() const { return from_; }
    int writer() const { return to_; }
    bool is_http() const { return at_.kind == wire::http; }
    bool modern = true;  // over HTTP: the headers of which era

private:
    std::optional<std::string_view> next_line();
    std::optional<std::string_view> next_response();
    std::string head(std::size_t size, std::string_view method) const;

    endpoint at_;
    int from_;
    int to_;
    bool owned_ = false;
    bool closed_ = false;
    int status_ = 200;
    std::string session_;
    std::string out_;
    std::size_t sent_ = 0;
    std::string in_;
    std::size_t taken_ = 0;    // of in_, handed out
    std::size_t scanned_ = 0;  // no newline before this
    std::string head_;         // as for the last message of this size and method
    std::size_t head_size_ = 0;
    std::string head_method_;
    std::string body_;  // put together from chunks
};

}  // namespace bench
