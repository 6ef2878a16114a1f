// What a host feels before it has asked for anything: time from fork to the first reply
// (server/discover, 2026-07-28), and resident memory once idle, of two servers in turns in one run.
//
//   bench_start ROUNDS -- OURS... -- THEIRS...
//
// Prints medians and their ratios as one JSON object.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr char discover[] =
    R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"}}}})"
    "\n";

struct sample {
    double milliseconds = 0;
    double mebibytes = 0;
};

[[noreturn]] void fail(char const* what)
{
    std::perror(what);
    std::exit(1);
}

double resident_mebibytes(pid_t pid)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:"))
            return std::stod(line.substr(6)) / 1024;
    return 0;
}

sample start(std::vector<char*>& command)
{
    int in[2];
    int out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0)
        fail("pipe");
    auto const begin = clock_type::now();
    auto const pid = ::fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        ::dup2(in[0], 0);
        ::dup2(out[1], 1);
        for (int fd : {in[0], in[1], out[0], out[1]})
            ::close(fd);
        ::execvp(command[0], command.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    if (::write(in[1], discover, sizeof discover - 1) < 0)
        fail("write");
    std::string reply;
    char buffer[4096];
    while (reply.find('\n') == std::string::npos) {
        auto const n = ::read(out[0], buffer, sizeof buffer);
        if (n <= 0)
            break;
        reply.append(buffer, static_cast<std::size_t>(n));
    }
    sample result;
    result.milliseconds =
        std::chrono::duration<double, std::milli>(clock_type::now() - begin).count();
    if (reply.find("\"supportedVersions\"") == std::string::npos) {
        std::fprintf(stderr, "%s did not answer server/discover: %s\n", command[0], reply.c_str());
        std::exit(1);
    }
    ::usleep(200'000);
    result.mebibytes = resident_mebibytes(pid);
    ::close(in[1]);
    ::close(out[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return result;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv)
{
    std::vector<std::vector<char*>> commands;
    for (int i = 2; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--")
            commands.emplace_back();
        else if (!commands.empty())
            commands.back().push_back(argv[i]);
    }
    if (argc < 2 || commands.size() != 2 || commands[0].empty() || commands[1].empty()) {
        std::fprintf(stderr, "usage: %s ROUNDS -- OURS... -- THEIRS...\n", argv[0]);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::vector<double> times[2];
    std::vector<double> memory[2];
    for (auto& command : commands)
        command.push_back(nullptr);
    for (int round = std::clamp(std::atoi(argv[1]), 1, 100); round > 0; --round)
        for (int side = 0; side < 2; ++side) {
            auto const s = start(commands[side]);
            times[side].push_back(s.milliseconds);
            memory[side].push_back(s.mebibytes);
        }
    std::printf(
        "{\"ours_ms\":%.2f,\"theirs_ms\":%.2f,\"start_ratio\":%.1f,\"ours_mib\":%.2f,\"theirs_"
        "mib\":%.2f,\"memory_ratio\":%.1f}\n",
        median(times[0]),
        median(times[1]),
        median(times[1]) / median(times[0]),
        median(memory[0]),
        median(memory[1]),
        median(memory[1]) / median(memory[0]));
}
