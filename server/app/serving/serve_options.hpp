#pragma once

// What flags and environment say about serving: where, to whom, within which limits. Judged as a
// whole before anything is opened: a TCP socket without a token, or an address that other machines
// reach without --allow-remote, is a wrong command line.

#include "agent/models/credentials.hpp"
#include "server/limits.hpp"
#include "server/transports/listen_address.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace app {

struct serve_options {
    bool stdio = true;
    std::vector<server::listen_address> listen;
    std::string token;          // of TCP and HTTP clients; empty: none was configured
    bool allow_remote = false;  // addresses that other machines reach
    std::string http_path = "/mcp";
    std::vector<std::string> allowed_hosts;    // besides those of this machine
    std::vector<std::string> allowed_origins;  // besides those of this machine
    bool test_tools = false;
    server::limits limits;
};

// The flags, as they were written.
class serve_flags {
public:
    void add_to(CLI::App& cli);

    // `process`: ours, to which LISTEN_PID may say that sockets were handed over. Throws
    // config_error, or print_and_exit.
    serve_options read(agent::environment const& env, int process) const;

private:
    std::string read_token(agent::environment const& env) const;

    bool stdio_ = false;
    std::vector<std::string> listen_;
    std::string token_;
    std::string token_file_;
    std::vector<std::string> limits_;
    bool help_limits_ = false;
    serve_options plain_;  // what is taken as it is
};

// What is wrong with serving at `at`, which is a real address: no token, or open to other machines.
// Empty: nothing.
std::string objection(serve_options const& options, server::listen_address const& at);

}  // namespace app
