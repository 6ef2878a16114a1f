#include "server/app/serving/limit_table.hpp"

#include "protocol/names.hpp"
#include "server/app/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

namespace app {
namespace {

struct row {
    std::string_view name;
    std::uint64_t least;
    std::uint64_t most;
    std::string_view what;
    std::uint64_t (*get)(server::limits const&);
    void (*set)(server::limits&, std::uint64_t);
};

template <class T>
std::uint64_t number(T const& value)
{
    if constexpr (std::is_integral_v<T>)
        return value;
    else
        return static_cast<std::uint64_t>(value.count());
}

// `at` leads from the limits to the one that is meant. A captureless lambda.
template <class At>
row limit(std::string_view name, std::uint64_t least, std::uint64_t most, std::string_view what, At)
{
    return {
        name,
        least,
        most,
        what,
        [](server::limits const& l) { return number(At()(l)); },
        [](server::limits& l, std::uint64_t value) {
            auto& place = At()(l);
            place = std::remove_reference_t<decltype(place)>(value);
        }};
}

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::vector<row> const& rows()
{
    static std::vector<row> const table{
        limit(
            "message_bytes",
            kib,
            64 * mib,
            "one message on stdio, Unix and TCP; a longer one is refused and skipped",
            [](auto& l) -> auto& { return l.stream.line; }),
        limit(
            "queued_bytes",
            kib,
            64 * mib,
            "replies that wait for a slow reader; then nothing more is read from it",
            [](auto& l) -> auto& { return l.stream.queued; }),
        limit(
            "json_depth",
            8,
            256,
            "arrays and objects within one another in a message",
            [](auto& l) -> auto& { return l.server.connection.json.depth; }),
        limit(
            "json_values", 100, 5'000'000, "values in a message", [](auto& l) -> auto& {
                return l.server.connection.json.values;
            }),
        limit(
            "requests",
            1,
            10'000,
            "unfinished requests a connection; more are refused as busy",
            [](auto& l) -> auto& { return l.server.connection.in_flight; }),
        limit(
            "all_requests",
            1,
            100'000,
            "unfinished requests of all connections; more are refused as busy",
            [](auto& l) -> auto& { return l.server.requests; }),
        limit(
            "progress_ms",
            10,
            60'000,
            "between two progress notifications of a request",
            [](auto& l) -> auto& { return l.server.progress_interval; }),
        limit(
            "unix_connections",
            1,
            100'000,
            "connections of a Unix socket; more are refused as busy",
            [](auto& l) -> auto& { return l.sockets.unix_connections; }),
        limit(
            "tcp_connections",
            1,
            100'000,
            "connections of a TCP socket; more are refused as busy",
            [](auto& l) -> auto& { return l.sockets.tcp_connections; }),
        limit(
            "first_line_bytes",
            256,
            64 * mib,
            "the first message on TCP, which carries the token",
            [](auto& l) -> auto& { return l.sockets.first_line; }),
        limit(
            "first_line_ms", 10, 600'000, "until that message has come", [](auto& l) -> auto& {
                return l.sockets.first_line_time;
            }),
        limit(
            "drain_ms",
            0,
            600'000,
            "for requests in progress on sockets when the program is told to end",
            [](auto& l) -> auto& { return l.sockets.drain; }),
        limit(
            "http_header_bytes",
            kib,
            256 * kib,
            "the head of an HTTP request; more: 431",
            [](auto& l) -> auto& { return l.http.header; }),
        limit(
            "http_body_bytes",
            kib,
            4 * mib,
            "the body of an HTTP request; more: 413",
            [](auto& l) -> auto& { return l.http.body; }),
        limit(
            "http_header_ms",
            10,
            600'000,
            "until the head of a request has come",
            [](auto& l) -> auto& { return l.http.header_time; }),
        limit(
            "http_body_ms", 10, 600'000, "from there until its body has", [](auto& l) -> auto& {
                return l.http.body_time;
            }),
        limit(
            "http_idle_ms",
            10,
            3'600'000,
            "between two requests on a connection",
            [](auto& l) -> auto& { return l.http.idle_time; }),
        limit(
            "http_connections", 1, 100'000, "HTTP connections; more wait", [](auto& l) -> auto& {
                return l.http.connections;
            }),
        limit(
            "http_requests",
            1,
            100'000,
            "unfinished HTTP requests in all; more: 503",
            [](auto& l) -> auto& { return l.http.requests; }),
        limit(
            "http_session_requests",
            1,
            10'000,
            "unfinished requests of an HTTP session; more: 503",
            [](auto& l) -> auto& { return l.http.session_requests; }),
        limit(
            "http_streams",
            1,
            100'000,
            "streams that listen, in all; more: 503",
            [](auto& l) -> auto& { return l.http.streams; }),
        limit(
            "http_sessions",
            1,
            100'000,
            "sessions of clients before 2026-07-28",
            [](auto& l) -> auto& { return l.http.sessions; }),
        limit(
            "http_session_idle_ms",
            10,
            604'800'000,
            "until a session that is not used ends",
            [](auto& l) -> auto& { return l.http.session_idle; }),
        limit(
            "http_stalled_ms",
            10,
            3'600'000,
            "a stream may be left unread; then it is closed",
            [](auto& l) -> auto& { return l.http.stalled_time; }),
    };
    return table;
}

}  // namespace

void set_limit(server::limits& limits, std::string_view assignment)
{
    auto const equals = assignment.find('=');
    auto const name = assignment.substr(0, equals);
    auto const found = std::ranges::find(rows(), name, &row::name);
    if (found == rows().end() || equals == std::string_view::npos) {
        std::vector<std::string_view> names;
        std::ranges::transform(rows(), std::back_inserter(names), &row::name);
        throw config_error(
            "--limit: " + mcp::unknown_name("limit", name, names) +
            ". Write --limit NAME=NUMBER; --help-limits lists them.");
    }
    auto const text = assignment.substr(equals + 1);
    std::uint64_t value = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || value < found->least ||
        value > found->most)
        throw config_error(fmt::format(
            "--limit {}: must be a number from {} to {}", name, found->least, found->most));
    found->set(limits, value);
}

std::string describe_limits(server::limits const& limits)
{
    std::string out = "Set one with --limit NAME=VALUE. Sizes are bytes, times milliseconds.\n\n";
    out += fmt::format("{:<21} {:>9}  {:<18} {}\n", "name", "value", "from - to", "what it bounds");
    for (auto const& r : rows()) {
        auto const range = fmt::format("{} - {}", r.least, r.most);
        out += fmt::format("{:<21} {:>9}  {:<18} {}\n", r.name, r.get(limits), range, r.what);
    }
    return out;
}

}  // namespace app
