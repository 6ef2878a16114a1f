#pragma once

// The server under test as a process of ours, and what it and the rest of the machine use.

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bench {

using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

struct usage {
    double cpu = 0;       // seconds, all threads
    double rss = 0;       // MiB
    double peak_rss = 0;  // MiB
};

// Ends the process and its children with itself.
class process {
public:
    // With pipes its standard input and output are ours; else they lead to nothing, as standard
    // error does.
    process(std::vector<std::string> const& command, bool pipes);
    process(process const&) = delete;
    process& operator=(process const&) = delete;
    ~process();

    int from() const { return from_; }
    int to() const { return to_; }
    clock::time_point started() const { return started_; }
    bool gone();
    usage used() const;

private:
    pid_t pid_ = -1;
    bool reaped_ = false;
    int from_ = -1;
    int to_ = -1;
    clock::time_point started_;
};

// Of all cores, since the machine was started: seconds that were worked, and seconds there were.
struct machine_time {
    double busy = 0;
    double all = 0;
};
machine_time machine_now();

// CPU seconds of this program.
double own_cpu();

}  // namespace bench
