#include "protocol/wire/era.hpp"

#include "protocol/errors.hpp"

#include <algorithm>

namespace mcp {
namespace {

json::object const* member(json::object const& o, std::string_view name)
{
    auto const* value = o.if_contains(name);
    return value ? value->if_object() : nullptr;
}

}  // namespace

bool client_facts::supports(std::string_view capability, std::string_view part) const
{
    auto const* found = member(capabilities, capability);
    if (!found || part.empty())
        return found != nullptr;
    // client/elicitation: {} is what clients before the url mode declare, and means form.
    if (capability == "elicitation" && part == "form" && found->empty())
        return true;
    return member(*found, part) != nullptr;
}

void require_capability(
    client_facts const& client, std::string_view capability, std::string_view part)
{
    if (client.supports(capability, part))
        return;
    json::object parts;
    if (!part.empty())
        parts.emplace(part, json::object());
    throw missing_client_capability({{capability, std::move(parts)}});
}

bool client_facts::has_extension(std::string_view identifier) const
{
    auto const* extensions = member(capabilities, "extensions");
    return extensions && member(*extensions, identifier);
}

bool era::has_request(std::string_view method) const
{
    return std::ranges::binary_search(requests(), method);
}

json::value checked_progress_token(json::value token)
{
    if (!jsonrpc::id_from(token))
        throw invalid_params("_meta.progressToken must be a string or an integer");
    return token;
}

std::optional<json::value> take_progress_token(json::object& meta)
{
    auto const found = meta.find("progressToken");
    if (found == meta.end())
        return std::nullopt;
    auto token = std::move(found->value());
    meta.stable_erase(found);
    return checked_progress_token(std::move(token));
}

}  // namespace mcp
