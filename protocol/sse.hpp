#pragma once

// An event stream (text/event-stream) as a peer sends it, taken apart: sans-io, fed by whoever
// reads the bytes, in pieces of any size. How the bytes were split never shows in the events.
// Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcp {

struct sse_event {
    std::string type;  // as the `event` field names it; empty when it does not ("message")
    std::string data;
    std::string id;  // the last one seen on this stream

    bool operator==(sse_event const&) const = default;
};

struct sse_limits {
    std::size_t line = std::size_t(4) << 20;   // bytes, without its end
    std::size_t event = std::size_t(8) << 20;  // bytes of `data`
};

enum class sse_errc { none, line_too_long, event_too_large };

// One sentence for it, without the bytes.
std::string_view describe(sse_errc error);

class sse_parser {
public:
    explicit sse_parser(sse_limits limits = sse_limits()) : limits_(limits) {}

    // Appends the events that `bytes` completes. An error is final: what follows is not read. An
    // event that no blank line ended before the end of the stream is none, so there is no finish().
    sse_errc feed(std::string_view bytes, std::vector<sse_event>& events);

    // What the peer asked for with `retry`.
    std::optional<std::chrono::milliseconds> reconnection_time() const { return retry_; }

    // That of the last event, also of one without data, which is no event otherwise.
    std::string const& last_event_id() const { return last_event_id_; }

private:
    bool take(std::string_view piece);
    void end_line(std::vector<sse_event>& events);
    void field(std::string_view name, std::string_view value);
    void dispatch(std::vector<sse_event>& events);

    sse_limits limits_;
    sse_errc error_ = sse_errc::none;
    std::string line_;
    std::string type_, data_, id_, last_event_id_;
    std::optional<std::chrono::milliseconds> retry_;
    bool first_line_ = true;
    bool skip_newline_ = false;  // the last byte was a CR
};

}  // namespace mcp
