#include "protocol/sse.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mcp {

std::string_view describe(sse_errc error)
{
    switch (error) {
    case sse_errc::none:
        return "no error";
    case sse_errc::line_too_long:
        return "a line of the event stream is longer than the limit";
    case sse_errc::event_too_large:
        return "an event of the stream is larger than the limit";
    }
    return "unknown error";
}

sse_errc sse_parser::feed(std::string_view bytes, std::vector<sse_event>& events)
{
    while (!bytes.empty() && error_ == sse_errc::none) {
        if (std::exchange(skip_newline_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        auto const end = bytes.find_first_of("\r\n");
        if (!take(bytes.substr(0, end)) || end == std::string_view::npos)
            break;
        skip_newline_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        end_line(events);
    }
    return error_;
}

bool sse_parser::take(std::string_view piece)
{
    if (piece.size() > limits_.line - line_.size()) {
        error_ = sse_errc::line_too_long;
        return false;
    }
    line_ += piece;
    return true;
}

void sse_parser::end_line(std::vector<sse_event>& events)
{
    std::string_view line = line_;
    if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF"))
        line.remove_prefix(3);
    if (line.empty()) {
        dispatch(events);
    } else if (line.front() != ':') {
        auto const colon = line.find(':');
        auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' '))
            value.remove_prefix(1);
        field(line.substr(0, colon), value);
    }
    line_.clear();
}

void sse_parser::field(std::string_view name, std::string_view value)
{
    if (name == "data") {
        if (value.size() + 1 > limits_.event - std::min(limits_.event, data_.size())) {
            error_ = sse_errc::event_too_large;
            return;
        }
        data_ += value;
        data_ += '\n';
    } else if (name == "event") {
        type_ = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos)
            id_ = value;
    } else if (name == "retry") {
        unsigned ms = 0;
        auto const end = value.data() + value.size();
        auto [stop, failure] = std::from_chars(value.data(), end, ms);
        if (failure == std::errc() && stop == end)
            retry_ = std::chrono::milliseconds(ms);
    }
}

void sse_parser::dispatch(std::vector<sse_event>& events)
{
    last_event_id_ = id_;
    if (!data_.empty()) {
        data_.pop_back();
        events.push_back(sse_event{std::exchange(type_, {}), std::exchange(data_, {}), id_});
    }
    type_.clear();
}

}  // namespace mcp
