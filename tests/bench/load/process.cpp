#include "tests/bench/load/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

[[noreturn]] void fail(char const* what)
{
    throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

double to_seconds(timespec const& t)
{
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

[[noreturn]] void become(std::vector<std::string> const& command, int in, int out)
{
    ::setpgid(0, 0);
    int const null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(in < 0 ? null : in, STDIN_FILENO);
    ::dup2(out < 0 ? null : out, STDOUT_FILENO);
    if (!std::getenv("BENCH_STDERR"))
        ::dup2(null, STDERR_FILENO);
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (auto const& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

process::process(std::vector<std::string> const& command, bool pipes)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    if (pipes && (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0))
        fail("pipe");
    started_ = clock::now();
    pid_ = ::fork();
    if (pid_ < 0)
        fail("fork");
    if (pid_ == 0)
        become(command, in[0], out[1]);
    ::setpgid(pid_, pid_);
    if (!pipes)
        return;
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
    ::fcntl(to_, F_SETFL, O_NONBLOCK);
    ::fcntl(from_, F_SETFL, O_NONBLOCK);
}

process::~process()
{
    for (int const fd : {to_, from_})
        if (fd >= 0)
            ::close(fd);
    if (!gone())
        ::kill(pid_, SIGTERM);
    for (auto const end = clock::now() + seconds(2); !gone() && clock::now() < end;)
        ::poll(nullptr, 0, 1);
    ::kill(-pid_, SIGKILL);  // and what it left in its group
    if (!reaped_)
        ::waitpid(pid_, nullptr, 0);
}

bool process::gone()
{
    reaped_ = reaped_ || ::waitpid(pid_, nullptr, WNOHANG) == pid_;
    return reaped_;
}

usage process::used() const
{
    usage out;
    clockid_t cpu{};
    timespec spent{};
    if (::clock_getcpuclockid(pid_, &cpu) == 0 && ::clock_gettime(cpu, &spent) == 0)
        out.cpu = to_seconds(spent);
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            out.rss = std::stod(line.substr(6)) / 1024;
        if (line.starts_with("VmHWM:"))
            out.peak_rss = std::stod(line.substr(6)) / 1024;
    }
    return out;
}

machine_time machine_now()
{
    machine_time out;
    std::ifstream stat("/proc/stat");
    std::string cpu;
    stat >> cpu;
    double ticks = 0;
    auto const second = static_cast<double>(::sysconf(_SC_CLK_TCK));
    for (int i = 0; i < 8 && stat >> ticks; ++i) {
        out.all += ticks / second;
        if (i != 3 && i != 4)  // idle, waiting for a disk
            out.busy += ticks / second;
    }
    return out;
}

double own_cpu()
{
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return to_seconds(spent);
}

}  // namespace bench
