#include "tests/bench/load/http_response.hpp"

#include <charconv>
#include <strings.h>

namespace bench {
namespace {

constexpr std::string_view newline = "\r\n";

std::string_view field(std::string_view head, std::string_view name)
{
    for (auto at = head.find(newline); at != std::string_view::npos;
         at = head.find(newline, at + 2)) {
        auto line = head.substr(at + 2, head.find(newline, at + 2) - at - 2);
        if (line.size() <= name.size() || line[name.size()] != ':' ||
            ::strncasecmp(line.data(), name.data(), name.size()) != 0)
            continue;
        line.remove_prefix(name.size() + 1);
        while (line.starts_with(' '))
            line.remove_prefix(1);
        return line;
    }
    return {};
}

std::size_t number(std::string_view text, int base)
{
    std::size_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out, base);
    return out;
}

// How long the chunks are that start here, or 0 if the last is not there yet.
std::size_t join(std::string_view text, std::string& out)
{
    out.clear();
    for (std::size_t at = 0;;) {
        auto const line = text.find(newline, at);
        if (line == std::string_view::npos)
            return 0;
        auto const n = number(text.substr(at, line - at), 16);
        if (text.size() < line + 4 + n)
            return 0;
        out.append(text.substr(line + 2, n));
        at = line + 4 + n;
        if (n == 0)
            return at;
    }
}

std::string_view last_event(std::string_view stream)
{
    auto const at = stream.rfind("data:");
    if (at == std::string_view::npos)
        return {};
    stream.remove_prefix(at + 5);
    if (stream.starts_with(' '))
        stream.remove_prefix(1);
    return stream.substr(0, stream.find_first_of(newline));
}

}  // namespace

bool read_response(std::string_view text, bool ended, http_response& out, std::string& joined)
{
    auto const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return false;
    auto const head = text.substr(0, end + 2);
    auto const rest = text.substr(end + 4);
    out.status =
        static_cast<int>(number(head.substr(std::min<std::size_t>(9, head.size()), 3), 10));
    out.closing = field(head, "connection") == "close";
    out.session = field(head, "mcp-session-id");
    auto const length = field(head, "content-length");
    std::size_t used = 0;
    if (field(head, "transfer-encoding") == "chunked") {
        used = join(rest, joined);
        if (used == 0)
            return false;
        out.body = joined;
    } else {
        bool const to_the_end = length.empty() && out.status != 202 && out.status != 204;
        if (to_the_end && !ended)
            return false;
        used = to_the_end ? rest.size() : number(length, 10);
        if (rest.size() < used)
            return false;
        out.body = rest.substr(0, used);
    }
    if (field(head, "content-type").starts_with("text/event-stream"))
        out.body = last_event(out.body);
    out.size = end + 4 + used;
    return true;
}

}  // namespace bench
