#pragma once

// subscriptions/listen of the modern era: one request whose stream carries what changes
// (basic/patterns/subscriptions; taskIds is of the tasks extension).

#include "protocol/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcp {

struct SubscriptionFilter {
    std::optional<bool> toolsListChanged;
    std::optional<bool> promptsListChanged;
    std::optional<bool> resourcesListChanged;
    std::optional<std::vector<std::string>> resourceSubscriptions;  // URIs
    std::optional<std::vector<std::string>> taskIds;
};
BOOST_DESCRIBE_STRUCT(
    SubscriptionFilter,
    (),
    (toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions, taskIds))

struct SubscriptionsListenRequestParams {
    SubscriptionFilter notifications;
};
BOOST_DESCRIBE_STRUCT(SubscriptionsListenRequestParams, (), (notifications))

inline constexpr std::string_view subscription_id_key = "io.modelcontextprotocol/subscriptionId";

}  // namespace mcp
