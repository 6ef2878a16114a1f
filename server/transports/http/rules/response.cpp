#include "server/transports/http/rules/response.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace server {
namespace {

std::string_view status_line(int status)
{
    switch (status) {
    case 200:
        return "HTTP/1.1 200 OK\r\n";
    case 202:
        return "HTTP/1.1 202 Accepted\r\n";
    case 204:
        return "HTTP/1.1 204 No Content\r\n";
    case 400:
        return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
        return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
        return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
        return "HTTP/1.1 404 Not Found\r\n";
    case 405:
        return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 406:
        return "HTTP/1.1 406 Not Acceptable\r\n";
    case 408:
        return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
        return "HTTP/1.1 409 Conflict\r\n";
    case 413:
        return "HTTP/1.1 413 Content Too Large\r\n";
    case 415:
        return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 431:
        return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 503:
        return "HTTP/1.1 503 Service Unavailable\r\n";
    case 505:
        return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default:
        return "HTTP/1.1 500 Internal Server Error\r\n";
    }
}

void append_number(std::string& out, std::size_t n, int base)
{
    std::array<char, 24> digits{};
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), n, base).ptr;
    out.append(digits.data(), end);
}

void append_common(std::string& out, response_head const& head)
{
    out += status_line(head.status);
    if (!head.date.empty())
        out.append("Date: ").append(head.date).append("\r\n");
    if (!head.type.empty())
        out.append("Content-Type: ").append(head.type).append("\r\n");
    out += head.headers;
    if (head.close)
        out += "Connection: close\r\n";
}

}  // namespace

void append_response(std::string& out, response_head const& head, std::string_view body)
{
    append_common(out, head);
    if (head.status != 204) {
        out += "Content-Length: ";
        append_number(out, body.size(), 10);
        out += "\r\n";
    }
    out.append("\r\n").append(body);
}

void append_stream_head(std::string& out, response_head const& head, bool chunked)
{
    append_common(out, head);
    out += "Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
    if (chunked)
        out += "Transfer-Encoding: chunked\r\n";
    out += "\r\n";
}

void append_chunk(std::string& out, std::string_view bytes)
{
    if (bytes.empty())
        return;  // would be the last one
    append_number(out, bytes.size(), 16);
    out.append("\r\n").append(bytes).append("\r\n");
}

void append_event(std::string& out, std::string_view id, std::string_view json)
{
    out += "event: message\n";
    if (!id.empty())
        out.append("id: ").append(id).append("\n");
    out.append("data: ").append(json).append("\n\n");
}

void append_priming(std::string& out, std::string_view id, std::chrono::milliseconds retry)
{
    out.append("id: ").append(id).append("\nretry: ");
    append_number(out, static_cast<std::size_t>(retry.count()), 10);
    out += "\ndata: \n\n";
}

std::string_view http_date::now()
{
    using namespace std::chrono;
    static constexpr std::array<char const*, 7> names_of_days{
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<char const*, 12> names_of_months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const second = floor<seconds>(system_clock::now());
    if (second == at_ && !text_.empty())
        return text_;
    at_ = second;
    auto const day = floor<std::chrono::days>(second);
    year_month_day const date(day);
    hh_mm_ss const time(second - day);
    text_ = fmt::format(
        "{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
        names_of_days[weekday(day).c_encoding()],
        static_cast<unsigned>(date.day()),
        names_of_months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count());
    return text_;
}

}  // namespace server
