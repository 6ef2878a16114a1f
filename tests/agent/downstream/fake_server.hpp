#pragma once

#include "agent/downstream/mcp_client.hpp"

#include <csignal>
#include <string>

namespace test {

// A downstream server in a few lines of sh: for each line it is sent, the first pattern that
// matches says what to do. `reply` writes a result for the id of that line, `fail` an error.
inline agent::downstream_server
fake_server(std::string const& cases, std::string const& before = {})
{
    std::signal(SIGPIPE, SIG_IGN);
    agent::downstream_server server;
    server.name = "fake";
    server.command.environment = {"PATH=/usr/bin:/bin"};
    server.command.grace = std::chrono::milliseconds(100);
    server.probe_limit = std::chrono::milliseconds(400);
    server.start_limit = std::chrono::milliseconds(400);
    server.alive_limit = std::chrono::milliseconds(200);
    auto const script =
        "say() { printf '%s\\n' \"$1\"; }\n"
        "reply() { say \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":$id,\\\"result\\\":$1}\"; }\n"
        "fail() { say \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":$id,"
        "\\\"error\\\":{\\\"code\\\":$1,\\\"message\\\":\\\"no\\\"}}\"; }\n"
        "text() { reply "
        "\"{\\\"content\\\":[{\\\"type\\\":\\\"text\\\",\\\"text\\\":\\\"$1\\\"}]}\"; }\n" +
        before +
        "\nwhile read -r line; do\n"
        "id=${line#*\\\"id\\\":}; id=${id%%,*}\n"
        "case $line in\n" +
        cases + "\nesac\ndone";
    server.command.argv = {"sh", "-c", script};
    return server;
}

// Answers the probe as a modern server.
inline std::string const discovered =
    "*server/discover*) reply "
    "'{\"supportedVersions\":[\"2026-07-28\"],\"resultType\":\"complete\"}';;\n";

}  // namespace test
