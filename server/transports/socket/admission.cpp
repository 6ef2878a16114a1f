#include "server/transports/socket/admission.hpp"

#include "protocol/json_text.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/strict_json.hpp"
#include "server/transports/secret.hpp"

namespace server {
namespace {

namespace json = boost::json;
using mcp::jsonrpc::errc;

json::object* member(json::object& of, std::string_view name)
{
    auto* value = of.if_contains(name);
    return value ? value->if_object() : nullptr;
}

// The error is told to the request it answers, if there is one.
refusal unauthorized(json::object const& message)
{
    auto const* id = message.if_contains("id");
    mcp::jsonrpc::response out;
    if (id && message.contains("method"))
        out.id = mcp::jsonrpc::id_from(*id);
    out.outcome = mcp::jsonrpc::error(
        errc::invalid_request,
        "unauthorized: the first message of a connection must carry the server's token in "
        "params._meta[\"" +
            std::string(token_key) + "\"]");
    std::string line;
    mcp::jsonrpc::append(line, out);
    return refusal(std::move(line));
}

}  // namespace

std::string refusal_line(int code, std::string const& why)
{
    mcp::jsonrpc::response out;
    out.outcome = mcp::jsonrpc::error(code, why);
    std::string line;
    mcp::jsonrpc::append(line, out);
    return line;
}

boost::system::result<std::string, refusal>
admit(std::string_view first_line, std::string_view token)
{
    auto value = mcp::strict_json().parse(first_line);
    if (!value) {
        auto const why = mcp::jsonrpc::unreadable(value.error());
        return refusal(refusal_line(why.code, why.what()));
    }
    auto* message = value->if_object();
    if (!message)
        return refusal(refusal_line(
            static_cast<int>(errc::invalid_request), "the first message must be a JSON object"));
    auto* params = member(*message, "params");
    auto* meta = params ? member(*params, "_meta") : nullptr;
    auto const found = meta ? meta->find(token_key) : json::object::iterator();
    if (!meta || found == meta->end())
        return unauthorized(*message);
    auto const* given = found->value().if_string();
    if (!given || !same_secret(*given, token))
        return unauthorized(*message);
    meta->stable_erase(found);
    std::string line;
    mcp::append_json(line, *message);
    return {boost::system::in_place_value, std::move(line)};
}

}  // namespace server
