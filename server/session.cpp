#include "server/session.hpp"

namespace server {

mcp::protocol_version session::open(mcp::InitializeRequestParams params)
{
    auto const asked = mcp::version_from(params.protocolVersion);
    auto const facts = std::make_shared<mcp::client_facts>();
    facts->version = asked && !mcp::is_modern(*asked) ? *asked : mcp::latest_legacy;
    facts->info = std::move(params.clientInfo);
    facts->capabilities = std::move(params.capabilities).value_or(mcp::json::object());
    client_ = facts;
    log_level = mcp::LoggingLevel::info;
    if (opened_)
        opened_(facts->version);
    return facts->version;
}

std::shared_ptr<mcp::client_facts const> session::client() const
{
    return client_ ? client_ : std::make_shared<mcp::client_facts const>();
}

}  // namespace server
