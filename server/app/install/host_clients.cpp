#include "server/app/install/host_clients.hpp"

#include "protocol/ascii.hpp"
#include "protocol/schema_of.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace app {

host_client const* host_clients::find(std::string_view id) const
{
    auto const found = std::ranges::find(clients, id, &host_client::id);
    return found == clients.end() ? nullptr : &*found;
}

host_client const* host_clients::saying(std::string_view client) const
{
    auto const name = mcp::lower(client);
    auto const says = [&name](host_client const& one) {
        return std::ranges::any_of(
            one.says, [&](auto const& said) { return name.starts_with(said); });
    };
    auto const found = std::ranges::find_if(clients, says);
    return found == clients.end() ? nullptr : &*found;
}

host_clients const& known_clients()
{
    static auto const all = mcp::decode_strict<host_clients>(
        boost::json::parse(
            boost::json::string_view(built_in_clients.data(), built_in_clients.size())),
        {"clients.json"});
    return all;
}

}  // namespace app
