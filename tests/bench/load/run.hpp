#pragma once

// One server, started and opened, and the scenarios it is put through.

#include "tests/bench/load/closed_loop.hpp"
#include "tests/bench/load/options.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string_view>

namespace bench {

class run {
public:
    explicit run(options const& how);

    // What was seen, by name. Throws std::runtime_error if the server does not do its part.
    boost::json::object results();

private:
    void start();
    std::unique_ptr<channel> connect();
    // One request, and its answer.
    void exchange(channel& c, std::string_view message, std::string_view method, std::uint64_t id);
    void await(channel& c, std::uint64_t id);

    void calls();    // a closed loop; memory before and after
    void idle();     // connections that say nothing, and an echo beside them
    void held();     // 64 calls that stay away, and an echo beside them
    void hostile();  // 16 clients that hardly read, a flood, and ordinary clients beside them
    void put(std::string_view prefix, measured& m);
    measured load(seconds time);

    options how_;
    messages texts_;
    std::unique_ptr<process> server_;
    channels clients_;
    std::unique_ptr<closed_loop> loop_;
    boost::json::object out_;
};

}  // namespace bench
