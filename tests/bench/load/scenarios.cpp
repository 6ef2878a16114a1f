#include "tests/bench/load/run.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::size_t held_calls = 64;
constexpr std::size_t slow_readers = 16;

void allow_descriptors(std::size_t n)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::clamp<rlim_t>(n + 64, limit.rlim_cur, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Clients of the kind that a server has not asked for: all write as much as the kernel takes; the
// slow readers take 1 KiB every 20 ms, the flood takes all and looks at none of it.
[[noreturn]] void trouble(endpoint const& at, era which)
{
    // It takes the processor only while nobody else wants it: what is measured is how the server
    // shares itself out, not how the kernel shares two cores among three programs.
    sched_param const none{};
    ::sched_setscheduler(0, SCHED_IDLE, &none);
    messages large(which, 4096);
    messages small(which, 64);
    channels slow;
    for (std::size_t i = 0; i < slow_readers; ++i)
        slow.push_back(std::make_unique<channel>(at));
    channel flood(at);
    auto id = first_id;
    auto due = clock::now();
    for (;;) {
        pollfd wanted{flood.reader(), POLLIN | POLLOUT, 0};
        ::poll(&wanted, 1, 5);
        flood.fill();
        flood.discard();
        for (int i = 0; i < 64 && !flood.pending(); ++i)
            flood.send(small.call(id = id < last_id ? id + 1 : first_id), "tools/call");
        flood.flush();
        if (clock::now() < due)
            continue;
        due = clock::now() + std::chrono::milliseconds(20);
        for (auto const& c : slow) {
            c->fill(1024);
            c->discard();
            for (int i = 0; i < 64 && !c->pending(); ++i)
                c->send(large.call(id = id < last_id ? id + 1 : first_id), "tools/call");
            c->flush();
        }
    }
}

// A process of our own that ends with its owner's scope.
class troublemaker {
public:
    troublemaker(endpoint const& at, era which) : pid_(::fork())
    {
        if (pid_ < 0)
            throw std::runtime_error("fork");
        if (pid_ == 0) {
            try {
                trouble(at, which);
            } catch (std::exception const&) {
                ::_exit(1);
            }
        }
    }
    troublemaker(troublemaker const&) = delete;
    troublemaker& operator=(troublemaker const&) = delete;
    ~troublemaker()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    bool alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }

private:
    pid_t pid_;
};

}  // namespace

void run::idle()
{
    allow_descriptors(how_.idle);
    auto const before = server_->used().rss;
    channels silent;
    while (silent.size() < how_.idle)
        silent.push_back(connect());
    // Each has been served once: what a connection keeps afterwards is what it costs.
    for (auto const& c : silent)
        exchange(*c, texts_.call(first_id), "tools/call", first_id);
    ::poll(nullptr, 0, 300);
    auto const after = server_->used().rss;
    out_["kib_per_idle_connection"] = (after - before) * 1024 / static_cast<double>(how_.idle);
    out_["rss_with_idle_mib"] = after;
    auto m = load(seconds(how_.time));
    put("", m);
}

void run::held()
{
    auto alone = load(seconds(how_.time));
    put("alone_", alone);
    channels away;
    for (std::size_t i = 0; i < held_calls; ++i) {
        away.push_back(connect());
        away.back()->send(texts_.held(first_id), "held");
        away.back()->flush();
    }
    ::poll(nullptr, 0, 200);
    auto beside = load(seconds(how_.time));
    put("beside_", beside);
    for (auto const& c : away) {
        c->fill();
        if (c->next() || c->closed())
            throw std::runtime_error("a call that should stay away was answered");
    }
}

void run::hostile()
{
    auto alone = load(seconds(how_.time));
    put("alone_", alone);
    troublemaker const others(how_.at, how_.which);
    auto beside = load(seconds(how_.time));
    if (!others.alive())
        throw std::runtime_error("the hostile clients ended by themselves");
    put("beside_", beside);
}

}  // namespace bench
