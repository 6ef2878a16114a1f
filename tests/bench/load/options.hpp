#pragma once

#include "tests/bench/load/channel.hpp"
#include "tests/bench/load/messages.hpp"

#include <string>
#include <vector>

namespace bench {

struct options {
    std::string scenario;  // calls, idle, held or hostile
    endpoint at;
    era which = era::modern;
    std::size_t clients = 1;  // connections, or calls in flight on stdio
    std::size_t idle = 1000;  // connections
    std::size_t payload = 64;
    int starts = 1;
    double time = 3;  // seconds that count
    double warmup = 1;
    std::vector<std::string> command;
};

// Throws std::invalid_argument, with a sentence.
options parse_options(int argc, char** argv);

}  // namespace bench
