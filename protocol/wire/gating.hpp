#pragma once

// Since which version a field exists (spec digest 4.7; each schema under its own version). Older
// clients should ignore what they do not know; strict ones exist, so what is newer is taken out.
// Pure; the legacy era is the only caller.

#include "protocol/version.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace mcp {

// The result of `method`, as a client of `version` knows it.
void gate_result(std::string_view method, protocol_version version, boost::json::object& result);

// The params of a notification.
void gate_notification(
    std::string_view method, protocol_version version, boost::json::object& params);

}  // namespace mcp
