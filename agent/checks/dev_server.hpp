#pragma once

// A `next dev` of the project that is running anyway is asked to compile the routes of files that
// were just written: it sees modules that are missing and syntax that is wrong, in half a second a
// route, and no types. hosts-and-domain 1.2, 2.4.
//
// Where it is says .next/dev/lock, a file of the project: only a port of this machine is taken from
// it, and only while the process it names is one of Next.js. What it answers is data from outside:
// bounded and sanitized.

#include "agent/checks/verification.hpp"
#include "agent/project/fingerprint.hpp"
#include "protocol/logger.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <vector>

namespace agent {

class curl_multi;

// The port of the project's `next dev`; nothing where none runs. Blocking.
std::optional<unsigned> dev_server_port(std::string const& project);

// The route that a file of the app or pages folder is ("app/(shop)/api/a/route.ts" is "/api/a");
// nothing for files that are none.
std::optional<std::string> route_of(std::string const& file, fingerprint const& project);

// The row "Dev server". Ends within about 15 s. Throws only operation_aborted.
boost::asio::awaitable<check_result> compile_routes(
    unsigned port, std::vector<std::string> routes, curl_multi& transfers, mcp::logger log);

}  // namespace agent
