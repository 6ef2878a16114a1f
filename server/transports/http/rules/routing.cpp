#include "server/transports/http/rules/routing.hpp"

#include "protocol/errors.hpp"
#include "protocol/wire/classify.hpp"
#include "protocol/wire/era.hpp"
#include "protocol/wire/header_parameters.hpp"

#include <array>

namespace server {
namespace {

using mcp::jsonrpc::error;
using mcp::jsonrpc::request;

constexpr std::string_view version_header = "MCP-Protocol-Version";

// What Mcp-Name repeats of the params, by method (spec digest 1.6).
struct named_method {
    std::string_view method;
    std::string_view member;
};
constexpr std::array<named_method, 6> named_methods{{
    {"tools/call", "name"},
    {"prompts/get", "name"},
    {"resources/read", "uri"},
    {"tasks/get", "taskId"},
    {"tasks/update", "taskId"},
    {"tasks/cancel", "taskId"},
}};

mcp::json::value const* member(mcp::json::object const& params, std::string_view name)
{
    return params.if_contains(name);
}

std::string missing(std::string_view key)
{
    return "missing _meta[\"" + std::string(key) + "\"]";
}

std::optional<error> check_meta(request const& r)
{
    auto const* value = member(r.params, "_meta");
    auto const* meta = value ? value->if_object() : nullptr;
    for (auto const key : {mcp::version_key, mcp::capabilities_key})
        if (!meta || !meta->contains(key))
            return mcp::invalid_params(missing(key));
    if (!meta->at(mcp::version_key).is_string())
        return mcp::invalid_params(std::string(mcp::version_key) + " must be a string");
    if (!meta->at(mcp::capabilities_key).is_object())
        return mcp::invalid_params(std::string(mcp::capabilities_key) + " must be an object");
    return {};
}

std::optional<error> check_version(http_head const& head, request const& r)
{
    std::string_view const body = r.params.at("_meta").at(mcp::version_key).get_string();
    auto const sent = head.fields.find(version_header);
    if (!sent)
        return mcp::header_mismatch("MCP-Protocol-Version is missing");
    if (sent.is_repeated() || sent.value != body)
        return mcp::header_mismatch("MCP-Protocol-Version is not the version in _meta");
    auto const known = mcp::version_from(body);
    if (!known || !mcp::is_modern(*known))
        return mcp::unsupported_version(body);
    return {};
}

std::optional<error> check_method(http_head const& head, request const& r)
{
    auto const sent = head.fields.find("Mcp-Method");
    if (!sent)
        return mcp::header_mismatch("Mcp-Method is missing");
    if (sent.is_repeated() || sent.value != r.method)
        return mcp::header_mismatch("Mcp-Method is not the method of the body");
    return {};
}

std::optional<error> check_name(http_head const& head, request const& r)
{
    std::string_view what;
    for (auto const& named : named_methods)
        if (named.method == r.method)
            what = named.member;
    if (what.empty())
        return {};
    auto const* value = member(r.params, what);
    if (!value || !value->is_string())
        return mcp::invalid_params("params." + std::string(what) + " must be a string");
    auto const sent = head.fields.find("Mcp-Name");
    if (!sent)
        return mcp::header_mismatch("Mcp-Name is missing");
    if (sent.is_repeated())
        return mcp::header_mismatch("Mcp-Name was sent more than once");
    auto const name = mcp::decode_header_value(sent.value);
    if (!name || *name != value->get_string())
        return mcp::header_mismatch("Mcp-Name is not params." + std::string(what));
    return {};
}

}  // namespace

bool is_legacy(http_head const& head)
{
    auto const sent = head.fields.find(version_header);
    auto const version = mcp::version_from(sent.value);
    return !sent || (!sent.is_repeated() && version && !mcp::is_modern(*version));
}

mcp::protocol_version stateless_version(http_head const& head)
{
    auto const sent = head.fields.find(version_header);
    return mcp::version_from(sent.value).value_or(mcp::protocol_version::v2025_03_26);
}

http_target target_of(http_head const& head, request const& r)
{
    if (mcp::claims_version(r.params))
        return http_target::modern;
    if (r.method == "initialize")
        return http_target::handshake;
    if (!is_legacy(head))
        return http_target::modern;
    return head.fields.find("Mcp-Session-Id") ? http_target::session : http_target::stateless;
}

std::optional<http_refusal>
check_modern(http_head const& head, request const& r, knows_method const& knows)
{
    // No claim, and a version in the header that nobody serves: that is what is wrong.
    if (auto const sent = head.fields.find(version_header);
        sent && !mcp::version_from(sent.value) && !mcp::claims_version(r.params))
        return http_refusal(400, mcp::unsupported_version(sent.value), r.id);
    auto wrong = check_meta(r);
    if (!wrong)
        wrong = check_version(head, r);
    if (!wrong)
        wrong = check_method(head, r);
    if (wrong)
        return http_refusal(400, std::move(*wrong), r.id);
    if (!knows(r.method))
        return http_refusal(404, mcp::method_not_found(r.method), r.id);
    wrong = check_name(head, r);
    if (wrong)
        return http_refusal(400, std::move(*wrong), r.id);
    return {};
}

std::optional<http_refusal> check_session_version(
    http_head const& head,
    mcp::protocol_version session,
    std::optional<mcp::jsonrpc::request_id> const& id)
{
    auto const sent = head.fields.find(version_header);
    if (!sent || (!sent.is_repeated() && sent.value == mcp::to_string(session)))
        return {};
    auto const known = mcp::version_from(sent.value);
    if (!known)
        return http_refusal(400, mcp::unsupported_version(sent.value), id);
    error wrong(
        mcp::jsonrpc::errc::invalid_request,
        "MCP-Protocol-Version is not the version of this session, which is " +
            std::string(mcp::to_string(session)));
    return http_refusal(400, std::move(wrong), id);
}

}  // namespace server
