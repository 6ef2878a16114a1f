#pragma once

// What a server says while it works on a request (basic/utilities/progress, server/utilities/
// logging).

#include "protocol/json.hpp"
#include "protocol/logger.hpp"

#include <optional>
#include <string>

namespace mcp {

struct ProgressNotificationParams {
    json::value progressToken;  // a string or an integer, as the request gave it
    double progress = 0;        // grows with every notification
    std::optional<double> total;
    std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(ProgressNotificationParams, (), (progressToken, progress, total, message))

struct LoggingMessageNotificationParams {
    LoggingLevel level = LoggingLevel::info;
    std::optional<std::string> logger;
    json::value data;
};
BOOST_DESCRIBE_STRUCT(LoggingMessageNotificationParams, (), (level, logger, data))

}  // namespace mcp
