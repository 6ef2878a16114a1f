#include "server/transports/http/rules/admission.hpp"

#include "protocol/ascii.hpp"
#include "server/transports/secret.hpp"

#include <algorithm>

namespace server {
namespace {

using door = http_admission::door;

// Takes the part before `separator` off `rest`.
std::string_view take_until(std::string_view& rest, char separator)
{
    auto const end = rest.find(separator);
    auto const part = mcp::trimmed(rest.substr(0, end), " \t");
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return part;
}

// "application/json", with no charset but utf-8.
bool is_json(std::string_view content_type)
{
    if (!same_name(take_until(content_type, ';'), "application/json"))
        return false;
    while (!content_type.empty()) {
        auto parameter = take_until(content_type, ';');
        auto const name = take_until(parameter, '=');
        if (same_name(name, "charset") && !same_name(parameter, "utf-8") &&
            !same_name(parameter, "\"utf-8\""))
            return false;
    }
    return true;
}

bool names(header_fields const& fields, std::string_view type)
{
    for (auto const& line : fields.all("Accept"))
        for (std::string_view rest = line; !rest.empty();) {
            auto range = take_until(rest, ',');
            if (same_name(take_until(range, ';'), type))
                return true;
        }
    return false;
}

void read_accept(header_fields const& fields, http_admission& out)
{
    if (!fields.find("Accept"))
        return;
    out.takes_json = out.takes_stream = false;
    for (auto const& line : fields.all("Accept")) {
        std::string_view rest = line;
        while (!rest.empty()) {
            auto range = take_until(rest, ',');
            auto const type = take_until(range, ';');
            auto const any = type == "*/*" || type == "*";
            out.takes_json |=
                any || same_name(type, "application/json") || same_name(type, "application/*");
            out.takes_stream |=
                any || same_name(type, "text/event-stream") || same_name(type, "text/*");
        }
    }
    // What names neither and excludes neither: an empty field.
    if (fields.find("Accept").value.empty() && !fields.find("Accept").is_repeated())
        out.takes_json = out.takes_stream = true;
}

}  // namespace

http_admission http_gate::admit(http_head const& head) const
{
    http_admission out;
    out.refused = check_host(head);
    if (!out.refused)
        out.refused = check_origin(head, out);
    if (out.refused)
        return out;
    if (head.method == "OPTIONS" && head.fields.find("Origin")) {
        out.to = door::preflight;
        return out;
    }
    if (head.path() == "/health") {
        out.to = door::health;
        if (head.method != "GET" && head.method != "HEAD")
            out.refused = http_refusal(405, "Send GET.").with("Allow: GET, HEAD\r\n");
        return out;
    }
    out.refused = check_token(head, out);
    if (!out.refused)
        out.refused = check_method(head, out);
    if (!out.refused)
        out.refused = check_content(head, out);
    return out;
}

std::optional<http_refusal> http_gate::check_host(http_head const& head) const
{
    if (!head.target.starts_with('/') && head.method != "OPTIONS")
        return http_refusal(400, "The request target must be a path.");
    auto const host = head.fields.find("Host");
    if (host.count != 1)
        return http_refusal(400, "A request has one Host header.");
    for (auto const& allowed : rules_.hosts)
        if (same_name(allowed, host.value))
            return {};
    return refuse(403, "This Host is not served here; the server can be told to allow it");
}

std::optional<http_refusal>
http_gate::check_origin(http_head const& head, http_admission& out) const
{
    auto const origin = head.fields.find("Origin");
    if (!origin)
        return {};
    // "null" is what sandboxed frames and local files call themselves: anybody's.
    if (!origin.is_repeated() && origin.value != "null")
        for (auto const& allowed : rules_.origins)
            if (same_name(allowed, origin.value)) {
                out.origin = allowed;
                return {};
            }
    return refuse(403, "This Origin is not allowed here; the server can be told to allow it");
}

std::optional<http_refusal> http_gate::check_token(http_head const& head, http_admission& out) const
{
    if (!rules_.token)
        return {};
    auto const sent = head.fields.find("Authorization");
    auto rest = sent.value;
    auto const scheme = take_until(rest, ' ');
    if (sent.count == 1 && same_name(scheme, "Bearer") &&
        same_secret(mcp::trimmed(rest, " \t"), *rules_.token)) {
        out.principal = "bearer";
        return {};
    }
    if (!sent)
        return refuse(401, "Send the server's token: Authorization: Bearer TOKEN")
            .with("WWW-Authenticate: Bearer\r\n");
    return refuse(401, "This is not the server's token")
        .with("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
}

std::optional<http_refusal>
http_gate::check_method(http_head const& head, http_admission& out) const
{
    if (head.path() != rules_.path)
        return http_refusal(404, "Nothing is served at this path.");
    if (head.method == "POST")
        out.to = door::message;
    else if (head.method == "GET")
        out.to = door::stream;
    else if (head.method == "DELETE")
        out.to = door::end_of_session;
    else
        return http_refusal(405, "Send POST.").with("Allow: POST, GET, DELETE\r\n");
    return {};
}

std::optional<http_refusal>
http_gate::check_content(http_head const& head, http_admission& out) const
{
    auto const type = head.fields.find("Content-Type");
    if (out.to == door::message && (type.count != 1 || !is_json(type.value)))
        return refuse(415, "Content-Type must be application/json");
    if (auto const coding = head.fields.find("Content-Encoding");
        coding && (coding.is_repeated() || !same_name(coding.value, "identity")))
        return refuse(415, "Send the body as it is, without a Content-Encoding")
            .with("Accept-Encoding: identity\r\n");
    read_accept(head.fields, out);
    // Clients that cannot read a stream find out this way (conformance of 2025-11-25).
    if (out.to == door::stream && !names(head.fields, "text/event-stream"))
        return refuse(406, "Accept must name text/event-stream");
    if (!out.takes_json && !out.takes_stream)
        return refuse(406, "Accept must allow application/json, text/event-stream or both");
    if (head.content_length.value_or(0) > rules_.body_limit)
        return refuse(
            413, "A body may have at most " + std::to_string(rules_.body_limit) + " bytes");
    return {};
}

}  // namespace server
