#pragma once

// A child process that speaks over its stdin and stdout, in a process group of its own: a
// downstream server that was started from the user's configuration. Nothing is inherited but the
// three pipes; the environment is what the caller gives, whole.
//
// It always ends. The destructor sends SIGTERM to the group and returns at once; the loop sends
// SIGKILL after the grace and reaps. A loop that is destroyed first kills and reaps at once, so
// neither a zombie nor a descendant in the group stays behind. Should this program itself be
// killed, the child is told by the end of its stdin. (A descendant that leaves the group by setsid
// is out of reach.)
//
// The program must ignore SIGPIPE. Errors: spawn_error, whose text names the command.

#include "protocol/rpc/async.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct child_command {
    std::vector<std::string> argv;          // argv[0]: a path, or a name to look up in PATH
    std::vector<std::string> environment;   // "NAME=value"; PATH among them is the one searched
    std::string directory;                  // where it runs; empty: where this program does
    std::chrono::milliseconds grace{2000};  // from SIGTERM to SIGKILL
    bool errors_in_output = false;          // its stderr goes where its stdout does

    // Of each of its processes; 0: as this program's own. Bytes of memory that is written to
    // (RLIMIT_DATA: Node and Go reserve far more than they use), bytes of each file it writes, and
    // seconds of a processor, which end it even if this program is killed and cannot.
    std::uint64_t memory = 0;
    std::uint64_t file_size = 0;
    std::uint64_t processor = 0;
};

struct spawn_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class child_process {
public:
    using pipe = boost::asio::posix::stream_descriptor;

    // Starts it. Throws spawn_error.
    child_process(boost::asio::any_io_executor ex, child_command command);
    child_process(child_process const&) = delete;
    child_process& operator=(child_process const&) = delete;
    ~child_process();

    // Its stdin and stdout, to be moved into a transport. Who holds `in` ends the child's input.
    pipe in;
    pipe out;

    int pid() const;

    // Returns when the child has ended and is reaped: "exited with code 1", "killed by signal 9".
    boost::asio::awaitable<std::string> wait();

    // The end of what it has written to stderr, at most 4 KiB, sanitized: for diagnostics.
    std::string stderr_tail() const;

    // Ends it at once, without grace.
    void kill();

private:
    class process;
    std::shared_ptr<process> process_;
    std::chrono::milliseconds grace_;
};

// The executable that `name` stands for: itself if it is a path, else the first in `path`
// (colon-separated directories). Throws spawn_error that says what to do.
std::string find_executable(std::string const& name, std::string_view path);

}  // namespace agent
