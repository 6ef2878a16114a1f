#pragma once

// The process's own standard input and output as a transport (basic/transports/stdio). They may be
// pipes, sockets, terminals, files, /dev/null, or closed. Once it is made, nothing else can write
// to the protocol: descriptor 1 leads to standard error, and descriptor 0 to nothing. SIGPIPE must
// be ignored, which is main's business.

#include "protocol/rpc/stream_transport.hpp"
#include "protocol/rpc/transport.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace server {

// Once in a process. Throws system_error only if descriptors are exhausted.
std::unique_ptr<mcp::transport>
stdio_transport(boost::asio::any_io_executor ex, mcp::stream_limits limits = mcp::stream_limits());

}  // namespace server
