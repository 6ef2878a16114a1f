// The bytes of an HTTP connection: how they were split does not show in the requests (but it may in
// how soon one is refused), a request has one meaning, and whatever its head says, the rules let it
// in or refuse it with a status and a reply that is a message.

#include "protocol/jsonrpc.hpp"
#include "server/transports/http/request_parser.hpp"
#include "server/transports/http/rules/admission.hpp"
#include "server/transports/http/rules/routing.hpp"
#include "tests/fuzz/property.hpp"

#include <optional>
#include <string>
#include <vector>

namespace {

struct request {
    std::string method, target, body;
    std::size_t fields = 0;

    bool operator==(request const&) const = default;
};

// What two readers of the same bytes might understand differently is not let in.
void check_framing(server::http_head const& head, std::string const& body)
{
    auto const lengths = head.fields.find("Content-Length").count;
    auto const codings = head.fields.find("Transfer-Encoding").count;
    fuzz::require(lengths + codings <= 1, "a body has one measure");
    fuzz::require(head.content_length.has_value() == (lengths == 1), "a length is read");
    fuzz::require(!lengths || *head.content_length == body.size(), "a body is as long as was said");
    fuzz::require(lengths || codings || body.empty(), "a body is announced");
    for (std::string_view const text : {head.method, head.target})
        fuzz::require(text.find_first_of("\r\n ") == text.npos, "the first line is three words");
    for (auto const* name : {"Host", "Origin", "Mcp-Session-Id", "Last-Event-ID"})
        for (auto const& value : head.fields.all(name))
            fuzz::require(value.find_first_of("\r\n") == value.npos, "a field is one line");
}

void check_reply(std::optional<server::http_refusal> const& refused)
{
    if (!refused)
        return;
    fuzz::require(refused->status >= 400 && refused->status < 600, "a refusal has its status");
    fuzz::require(refused->headers.empty() || refused->headers.ends_with("\r\n"), "lines end");
    if (!refused->reply)
        return;
    std::string text;
    mcp::jsonrpc::append(text, *refused->reply);
    fuzz::require(mcp::jsonrpc::parse(text).has_value(), "a refusal is a message");
}

void judge(server::http_head const& head, std::string const& body)
{
    server::http_gate::rules rules;
    rules.hosts = {"localhost:8080", "127.0.0.1:8080"};
    rules.origins = {"http://localhost:3000"};
    rules.token = "secret";
    auto const by_token = server::http_gate(rules);
    rules.token.reset();
    auto const open = server::http_gate(rules);
    auto const with = by_token.admit(head);
    auto const without = open.admit(head);
    check_reply(with.refused);
    check_reply(without.refused);
    fuzz::require(!without.refused || with.refused.has_value(), "a token only adds to the rules");

    auto const message = mcp::jsonrpc::parse(body);
    auto const* call = message ? std::get_if<mcp::jsonrpc::request>(&*message) : nullptr;
    if (!call)
        return;
    auto const to = server::target_of(head, *call);
    auto const knows = [](std::string_view method) { return method.starts_with("tools/"); };
    if (to == server::http_target::modern)
        check_reply(server::check_modern(head, *call, knows));
    if (to == server::http_target::session)
        check_reply(server::check_session_version(head, mcp::latest_legacy, call->id));
    if (to == server::http_target::stateless)
        server::stateless_version(head);
}

std::vector<request> read(std::string_view bytes, std::size_t at_once, bool with_rules)
{
    server::request_parser parser(1'024, 2'048);
    std::vector<request> out;
    std::string pending;
    while (parser.failure() == server::request_parser::fault::none) {
        auto const taken = parser.feed(pending);
        fuzz::require(taken <= pending.size(), "no more is taken than there is");
        pending.erase(0, taken);
        if (parser.is_done()) {
            auto const& head = parser.head();
            check_framing(head, parser.body());
            out.push_back({head.method, head.target, parser.body(), head.fields.size()});
            if (with_rules)
                judge(head, parser.body());
            parser.restart();
            continue;
        }
        if (taken > 0)
            continue;
        if (bytes.empty())
            break;
        pending += bytes.substr(0, at_once);
        bytes.remove_prefix(std::min(at_once, bytes.size()));
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    auto const bytes = fuzz::text(data + 1, size - 1);
    auto const whole = read(bytes, bytes.size() + 1, true);
    auto const split = read(bytes, data[0] % 32 + 1, false);
    fuzz::require(whole == split, "a split does not show in the requests");
    return 0;
}
