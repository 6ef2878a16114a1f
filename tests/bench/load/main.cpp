// Drives any MCP server with an `echo {text}` tool, on the loopback or over pipes, and prints one
// JSON object of what it saw:
//
//   bench_load --scenario calls --where http:3900 --clients 16 -- COMMAND [ARG...]
//
// `held` needs a tool `slow {ms}`, too. Every answer is checked, every
// loop is bounded in count and time. BENCH_STDERR=1 shows what the server says.

#include "tests/bench/load/run.hpp"

#include <boost/json/serialize.hpp>

#include <csignal>
#include <iostream>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    try {
        bench::run run(bench::parse_options(argc, argv));
        std::cout << run.results() << '\n';
    } catch (std::exception const& e) {
        std::cerr << "bench_load: " << e.what() << '\n';
        return 1;
    }
}
