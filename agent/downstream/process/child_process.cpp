#include "agent/downstream/process/child_process.hpp"

#include "protocol/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace agent {

namespace asio = boost::asio;

namespace {

constexpr std::size_t tail_size = 4096;
constexpr std::chrono::milliseconds last_words{200};

// A descriptor until somebody takes it.
class owned_fd {
public:
    explicit owned_fd(int fd) : fd_(fd) {}
    owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    owned_fd& operator=(owned_fd&&) = delete;
    ~owned_fd()
    {
        if (fd_ >= 0)
            ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

[[noreturn]] void fail(std::string const& command, int error)
{
    throw spawn_error("cannot start " + command + ": " + std::strerror(error));
}

struct pipe_ends {
    owned_fd read;
    owned_fd write;
};

// Above the standard three, which the child's are about to be put over.
int lifted(int fd)
{
    if (fd > 2)
        return fd;
    owned_fd const low(fd);
    return ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

pipe_ends make_pipe(std::string const& command)
{
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0)
        fail(command, errno);
    owned_fd read(lifted(fds[0]));
    owned_fd write(lifted(fds[1]));
    if (read.get() < 0 || write.get() < 0)
        fail(command, errno);
    return {std::move(read), std::move(write)};
}

std::vector<char*> pointers(std::vector<std::string>& strings)
{
    std::vector<char*> out;
    out.reserve(strings.size() + 1);
    for (auto& s : strings)
        out.push_back(s.data());
    out.push_back(nullptr);
    return out;
}

std::string_view path_of(std::vector<std::string> const& environment)
{
    for (std::string_view entry : environment)
        if (entry.starts_with("PATH="))
            return entry.substr(5);
    return {};
}

bool executable_file(std::string const& path)
{
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

// After its start: posix_spawn has no way to do it before. What it starts inherits it.
void limit(pid_t pid, int resource, std::uint64_t most)
{
    if (most == 0)
        return;
    rlimit const wanted{most, most};
    ::prlimit(pid, static_cast<__rlimit_resource>(resource), &wanted, nullptr);
}

// posix_spawn's two argument blocks, which C wants initialized and destroyed.
struct spawn_plan {
    spawn_plan(int in, int out, int err, std::string const& directory)
    {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_adddup2(&actions, in, 0);
        ::posix_spawn_file_actions_adddup2(&actions, out, 1);
        ::posix_spawn_file_actions_adddup2(&actions, err, 2);
        ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
        if (!directory.empty())
            ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        ::posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
    }
    spawn_plan(spawn_plan const&) = delete;
    spawn_plan& operator=(spawn_plan const&) = delete;
    ~spawn_plan()
    {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}  // namespace

std::string find_executable(std::string const& name, std::string_view path)
{
    if (name.empty())
        throw spawn_error("the command to start is empty");
    if (name.find('/') != std::string::npos) {
        auto file = std::filesystem::absolute(name).string();
        if (!executable_file(file))
            throw spawn_error("cannot start " + name + ": it is not an executable file");
        return file;
    }
    while (!path.empty()) {
        auto const end = std::min(path.find(':'), path.size());
        auto const directory = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        // An empty or relative entry would mean the working directory: somebody's project.
        if (!directory.starts_with('/'))
            continue;
        auto candidate = std::string(directory) + "/" + name;
        if (executable_file(candidate))
            return candidate;
    }
    throw spawn_error(
        "cannot start " + name +
        ": it is in no directory of PATH; install it, or give its full path");
}

// What outlives the owner: it is held by the handlers that wait for the child's end.
class child_process::process : public std::enable_shared_from_this<process> {
public:
    process(asio::any_io_executor const& ex, pid_t pid, owned_fd& exit, owned_fd& errors)
        : exit_(ex, exit.get()), stderr_(ex), grace_(ex), ended_(ex)
    {
        exit.release();
        stderr_.assign(errors.get());
        errors.release();
        pid_ = pid;
    }
    process(process const&) = delete;
    process& operator=(process const&) = delete;

    // The loop went away before the child did.
    ~process()
    {
        if (pid_ == 0 || status_)
            return;
        kill();
        if (has_ended(std::chrono::seconds(1)))
            reap();
    }

    void watch()
    {
        watch_exit();
        drain();
    }

    void kill() { signal(SIGKILL); }

    void terminate(std::chrono::milliseconds grace)
    {
        if (status_)
            return;
        signal(SIGTERM);
        grace_.expires_after(grace);
        grace_.async_wait([self = shared_from_this()](auto ec) {
            if (!ec)
                self->kill();
        });
    }

    asio::awaitable<std::string> wait()
    {
        auto const self = shared_from_this();
        while (!status_ || !drained_)
            co_await ended_.wait();
        co_return *status_;
    }

    std::string tail() const { return mcp::sanitize(tail_); }
    pid_t pid() const { return pid_; }

private:
    // Until it is reaped, the leader's number, and so the group's, belongs to nobody else.
    void signal(int number) const
    {
        if (!status_)
            ::kill(-pid_, number);
    }

    // A descriptor that takes the number of one just closed can be woken by what was meant for that
    // one (seen where a child is started as another ends): so the pidfd is asked again.
    void watch_exit()
    {
        exit_.async_wait(pipe::wait_read, [self = shared_from_this()](auto ec) {
            if (ec)
                return;
            if (self->has_ended(std::chrono::seconds(0)))
                self->ended();
            else
                self->watch_exit();
        });
    }

    bool has_ended(std::chrono::milliseconds wait)
    {
        pollfd exit{exit_.native_handle(), POLLIN, 0};
        return ::poll(&exit, 1, static_cast<int>(wait.count())) > 0;
    }

    void ended()
    {
        kill();
        reap();
        ended_.notify();
        grace_.cancel();
        if (drained_)
            return;
        // Its last words are still to be read; a descendant that left the group may hold the other
        // end for ever.
        grace_.expires_after(last_words);
        grace_.async_wait([self = shared_from_this()](auto ec) {
            if (!ec)
                self->stderr_.close(ec);
        });
    }

    void reap()
    {
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
        }
        status_ = (info.si_code == CLD_EXITED ? "exited with code " : "killed by signal ") +
                  std::to_string(info.si_status);
    }

    void drain()
    {
        stderr_.async_read_some(
            asio::buffer(chunk_), [self = shared_from_this()](auto ec, std::size_t n) {
                self->keep(n);
                if (!ec)
                    return self->drain();
                self->drained_ = true;
                self->ended_.notify();
                if (self->status_)
                    self->grace_.cancel();
            });
    }

    void keep(std::size_t n)
    {
        tail_.append(chunk_.data(), n);
        if (tail_.size() > tail_size)
            tail_.erase(0, tail_.size() - tail_size);
    }

    pid_t pid_ = 0;
    pipe exit_;
    pipe stderr_;
    asio::steady_timer grace_;
    mcp::event ended_;
    std::array<char, tail_size> chunk_{};
    std::string tail_;
    std::optional<std::string> status_;
    bool drained_ = false;
};

child_process::child_process(asio::any_io_executor ex, child_command command)
    : in(ex), out(ex), grace_(command.grace)
{
    if (command.argv.empty())
        throw spawn_error("the command to start is empty");
    auto const name = command.argv[0];
    auto const file = find_executable(name, path_of(command.environment));
    auto to_child = make_pipe(name);
    auto from_child = make_pipe(name);
    auto errors = make_pipe(name);
    auto argv = pointers(command.argv);
    auto environment = pointers(command.environment);
    int const errors_to = (command.errors_in_output ? from_child : errors).write.get();
    spawn_plan plan(to_child.read.get(), from_child.write.get(), errors_to, command.directory);
    pid_t pid = 0;
    if (int const error = ::posix_spawn(
            &pid, file.c_str(), &plan.actions, &plan.attributes, argv.data(), environment.data()))
        fail(name, error);
    limit(pid, RLIMIT_DATA, command.memory);
    limit(pid, RLIMIT_FSIZE, command.file_size);
    limit(pid, RLIMIT_CPU, command.processor);

    try {
        // Not pidfd_open(): the header of glibc 2.36 declares it without C linkage.
        owned_fd exit(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (exit.get() < 0)
            fail(name, errno);
        process_ = std::make_shared<process>(ex, pid, exit, errors.read);
        in.assign(to_child.write.get());
        to_child.write.release();
        out.assign(from_child.read.get());
        from_child.read.release();
    } catch (...) {
        if (!process_) {
            ::kill(-pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        throw;
    }
    process_->watch();
}

child_process::~child_process()
{
    boost::system::error_code ignored;
    in.close(ignored);
    process_->terminate(grace_);
}

int child_process::pid() const
{
    return process_->pid();
}

asio::awaitable<std::string> child_process::wait()
{
    return process_->wait();
}

std::string child_process::stderr_tail() const
{
    return process_->tail();
}

void child_process::kill()
{
    process_->kill();
}

}  // namespace agent
