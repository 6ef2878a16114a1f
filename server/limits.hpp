#pragma once

// Every limit of the transports, in one place: what one peer may ask of the server, and what all of
// them together may. Each is documented where it is declared; app/serving/limit_table names those
// that a user may set, and --help-limits prints them.

#include "protocol/rpc/stream_transport.hpp"
#include "server/server.hpp"
#include "server/transports/http/rules/limits.hpp"
#include "server/transports/socket/limits.hpp"

namespace server {

struct limits {
    mcp::stream_limits stream;  // stdio, Unix and TCP: a line, and what waits for its reader
    server_limits server;       // a connection's requests, and the shape of their JSON
    socket_limits sockets;      // how many connections, and the first message of each
    http_limits http;           // requests, connections, sessions and streams
};

}  // namespace server
