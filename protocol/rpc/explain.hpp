#pragma once

// The one place where an exception becomes an error reply: jsonrpc::error as it is, decode_error as
// -32602, anything else as -32603 without details, which go to the logger.

#include "protocol/jsonrpc.hpp"
#include "protocol/logger.hpp"

#include <exception>
#include <string>

namespace mcp {

jsonrpc::error
explain(std::exception_ptr const& failure, std::string const& method, logger const& log);

}  // namespace mcp
