#include "protocol/json_text.hpp"
#include "server/transports/http/rules/routing.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace http_routing_test {

using mcp::jsonrpc::request;
using server::http_head;
using server::http_target;

namespace {

using lines = std::vector<std::pair<std::string, std::string>>;

http_head head(lines const& l)
{
    http_head out;
    for (auto const& [name, value] : l)
        out.fields.add(name, value);
    return out;
}

request asked(std::string method, std::string const& params)
{
    return {std::int64_t(7), std::move(method), boost::json::parse(params).as_object()};
}

std::string meta(std::string const& version = R"("2026-07-28")", std::string const& caps = "{}")
{
    return R"("_meta":{"io.modelcontextprotocol/protocolVersion":)" + version +
           R"(,"io.modelcontextprotocol/clientCapabilities":)" + caps + "}";
}

request call(std::string const& members = R"("name":"echo",)")
{
    return asked("tools/call", '{' + members + meta() + '}');
}

lines const good{
    {"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "echo"}};

lines with(std::size_t which, std::string value)
{
    auto out = good;
    out[which].second = std::move(value);
    return out;
}

lines without(std::size_t which)
{
    auto out = good;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(which));
    return out;
}

// "status code", or "" for what passes. The id is always the request's.
std::string verdict(lines const& l, request const& r)
{
    auto const knows = [](std::string_view method) {
        return method == "tools/call" || method == "tools/list" || method == "resources/read" ||
               method == "server/discover" || method == "tasks/get";
    };
    auto const out = server::check_modern(head(l), r, knows);
    if (!out)
        return "";
    CHECK(out->reply->id == r.id);
    auto const& e = std::get<mcp::jsonrpc::error>(out->reply->outcome);
    return std::to_string(out->status) + ' ' + std::to_string(e.code);
}

}  // namespace

TEST_CASE("the era of a posted request is decided by the body, then by the headers")
{
    auto const of = [](lines const& l, std::string method, std::string const& params) {
        return server::target_of(head(l), asked(std::move(method), params));
    };
    auto const claim = '{' + meta() + '}';
    CHECK(of({}, "initialize", "{}") == http_target::handshake);
    CHECK(
        of({{"MCP-Protocol-Version", "2026-07-28"}}, "initialize", "{}") == http_target::handshake);
    CHECK(of({}, "initialize", claim) == http_target::modern);
    CHECK(of({}, "tools/list", claim) == http_target::modern);
    CHECK(of({{"Mcp-Session-Id", "x"}}, "tools/list", claim) == http_target::modern);
    CHECK(of({{"Mcp-Session-Id", "x"}}, "tools/list", "{}") == http_target::session);
    CHECK(of({}, "tools/list", "{}") == http_target::stateless);
    CHECK(of({{"MCP-Protocol-Version", "2025-06-18"}}, "ping", "{}") == http_target::stateless);
    CHECK(of({{"MCP-Protocol-Version", "2026-07-28"}}, "ping", "{}") == http_target::modern);
    CHECK(of({{"MCP-Protocol-Version", "2030-01-01"}}, "ping", "{}") == http_target::modern);
    CHECK(
        of({{"MCP-Protocol-Version", "2025-06-18"}, {"MCP-Protocol-Version", "2025-06-18"}},
           "ping",
           "{}") == http_target::modern);
    CHECK(
        server::stateless_version(head({{"MCP-Protocol-Version", "2025-06-18"}})) ==
        mcp::protocol_version::v2025_06_18);
    CHECK(server::stateless_version(head({})) == mcp::protocol_version::v2025_03_26);
}

TEST_CASE("a modern request whose headers say what its body says passes")
{
    CHECK(verdict(good, call()) == "");
    lines const lower{
        {"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/call"}, {"mcp-name", "echo"}};
    CHECK(verdict(lower, call()) == "");
    CHECK(verdict(without(2), asked("tools/list", '{' + meta() + '}')) == "400 -32020");
    lines const list{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}};
    CHECK(verdict(list, asked("tools/list", '{' + meta() + '}')) == "");
}

TEST_CASE("what _meta must hold is asked for before headers are compared")
{
    for (auto const& params : std::vector<std::string>{
             "{}",
             R"({"_meta":{}})",
             R"({"_meta":7})",
             R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})",
             R"({"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}})",
             '{' + meta("7") + '}',
             '{' + meta("null") + '}',
             '{' + meta(R"("2026-07-28")", "[]") + '}'})
        CHECK_MESSAGE(verdict(with(1, "x"), asked("tools/call", params)) == "400 -32602", params);
}

TEST_CASE("the version in the header is the one in the body, and is served")
{
    CHECK(verdict(without(0), call()) == "400 -32020");
    CHECK(verdict(with(0, "2025-11-25"), call()) == "400 -32020");
    CHECK(verdict(with(0, "v999.0.0"), call()) == "400 -32020");
    auto twice = good;
    twice.push_back(good[0]);
    CHECK(verdict(twice, call()) == "400 -32020");
    auto const other = asked("tools/call", '{' + meta(R"("v999.0.0")") + '}');
    CHECK(verdict(good, other) == "400 -32020");
    CHECK(verdict(with(0, "v999.0.0"), other) == "400 -32022");
    auto const legacy = asked("tools/call", '{' + meta(R"("2025-11-25")") + '}');
    CHECK(verdict(with(0, "2025-11-25"), legacy) == "400 -32022");
    CHECK(verdict(with(0, "2030-01-01"), asked("tools/call", "{}")) == "400 -32022");
    auto const why = server::check_modern(head(with(0, "v999.0.0")), other, {});
    auto const& e = std::get<mcp::jsonrpc::error>(why->reply->outcome);
    CHECK(e.data->at("requested") == "v999.0.0");
    CHECK(e.data->at("supported").as_array().size() == 5);
}

TEST_CASE("the method in the header is the one in the body, and exists")
{
    CHECK(verdict(without(1), call()) == "400 -32020");
    CHECK(verdict(with(1, "Tools/Call"), call()) == "400 -32020");
    CHECK(verdict(with(1, "tools/list"), call()) == "400 -32020");
    auto twice = good;
    twice.push_back(good[1]);
    CHECK(verdict(twice, call()) == "400 -32020");
    for (auto const& gone :
         std::vector<std::string>{"initialize", "ping", "logging/setLevel", "unknown/method"}) {
        lines const l{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", gone}};
        CHECK_MESSAGE(verdict(l, asked(gone, '{' + meta() + '}')) == "404 -32601", gone);
    }
}

TEST_CASE("the name in the header is that of the body, decoded")
{
    CHECK(verdict(without(2), call()) == "400 -32020");
    CHECK(verdict(with(2, "Echo"), call()) == "400 -32020");
    CHECK(verdict(with(2, "=?base64?ZWNobw==?="), call()) == "");
    CHECK(verdict(with(2, "=?base64?ZWNobw?="), call()) == "400 -32020");
    CHECK(verdict(with(2, "=?BASE64?ZWNobw==?="), call()) == "400 -32020");
    auto twice = good;
    twice.push_back(good[2]);
    CHECK(verdict(twice, call()) == "400 -32020");
    CHECK(verdict(good, call("")) == "400 -32602");
    CHECK(verdict(good, call(R"("name":7,)")) == "400 -32602");
    lines const read{
        {"MCP-Protocol-Version", "2026-07-28"},
        {"Mcp-Method", "resources/read"},
        {"Mcp-Name", "=?base64?ZmlsZTovLy/kuJbnlYw=?="}};
    CHECK(
        verdict(read, asked("resources/read", "{\"uri\":\"file:///世界\"," + meta() + '}')) == "");
    lines const task{
        {"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tasks/get"}, {"Mcp-Name", "t"}};
    CHECK(verdict(task, asked("tasks/get", R"({"taskId":"t",)" + meta() + '}')) == "");
    CHECK(verdict(task, asked("tasks/get", R"({"taskId":"u",)" + meta() + '}')) == "400 -32020");
}

TEST_CASE("a session is spoken to in its own version or in none")
{
    auto const status = [](lines const& l) {
        auto const out =
            server::check_session_version(head(l), mcp::protocol_version::v2025_06_18, {});
        return out ? out->status : 0;
    };
    CHECK(status({}) == 0);
    CHECK(status({{"MCP-Protocol-Version", "2025-06-18"}}) == 0);
    CHECK(status({{"MCP-Protocol-Version", "2025-11-25"}}) == 400);
    CHECK(status({{"MCP-Protocol-Version", "bogus"}}) == 400);
    CHECK(
        status({{"MCP-Protocol-Version", "2025-06-18"}, {"MCP-Protocol-Version", "2025-06-18"}}) ==
        400);
}

}  // namespace http_routing_test
