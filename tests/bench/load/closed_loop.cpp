#include "tests/bench/load/closed_loop.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

constexpr seconds patience(30);  // for any one answer
constexpr clock::time_point none{};

}  // namespace

double measured::quantile(double q)
{
    if (micros.empty())
        return 0;
    auto const at = std::min(
        micros.size() - 1, static_cast<std::size_t>(q * static_cast<double>(micros.size())));
    std::ranges::nth_element(micros, micros.begin() + static_cast<std::ptrdiff_t>(at));
    return micros[at];
}

closed_loop::closed_loop(messages& texts, channels& clients, std::size_t depth)
    : texts_(texts),
      clients_(clients),
      depth_(depth),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      sent_(last_id - first_id + 1, none),
      waiting_(clients.size()),
      watched_(clients.size())
{
    for (std::size_t i = 0; i < clients.size(); ++i)
        add(i);
}

closed_loop::~closed_loop()
{
    ::close(epoll_);
}

void closed_loop::add(std::size_t client)
{
    epoll_event event{};
    event.events = watched_[client] = EPOLLIN;
    event.data.u64 = client;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[client]->reader(), &event);
}

void closed_loop::issue(std::size_t client)
{
    if (next_id_ > last_id)
        return;
    auto const id = next_id_++;
    clients_[client]->send(texts_.call(id), "tools/call");
    sent_[id - first_id] = clock::now();
    ++waiting_[client];
    ++outstanding_;
}

// A socket that the kernel takes no more for is watched until it does. A pipe is tried again.
void closed_loop::watch(std::size_t client)
{
    auto const& c = *clients_[client];
    std::uint32_t const events =
        c.pending() && c.reader() == c.writer() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (std::exchange(watched_[client], events) == events)
        return;
    epoll_event event{};
    event.events = events;
    event.data.u64 = client;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c.reader(), &event);
}

void closed_loop::take(std::size_t client, measured& out, bool more)
{
    auto& c = *clients_[client];
    while (auto const answer = c.next()) {
        auto const id = c.status() == 200 ? texts_.checked(*answer) : 0;
        if (id == 0 && is_notification(*answer))
            continue;
        auto const now = clock::now();
        if (id >= first_id && id <= last_id && sent_[id - first_id] != none) {
            ++out.calls;
            auto const spent = now - std::exchange(sent_[id - first_id], none);
            out.micros.push_back(std::chrono::duration<float, std::micro>(spent).count());
        } else if (++out.errors == 1) {
            out.first_error =
                std::to_string(c.status()) + ' ' + std::string(answer->substr(0, 200));
        }
        last_ = now;
        if (waiting_[client] == 0)
            continue;
        --waiting_[client];
        --outstanding_;
        if (more && !c.closed())
            issue(client);
    }
    if (c.closed())
        replace(client, out, more);
}

// A server may close an HTTP connection after an answer that says so. What was asked on it and not
// answered is an error.
void closed_loop::replace(std::size_t client, measured& out, bool more)
{
    auto& c = *clients_[client];
    auto const unanswered = std::exchange(waiting_[client], 0);
    out.errors += unanswered;
    outstanding_ -= unanswered;
    if (unanswered > 0 && out.first_error.empty())
        out.first_error = "the server closed the connection";
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, c.reader(), nullptr);
    if (!c.is_http())
        return;
    c.redial();
    add(client);
    if (more)
        issue(client);
}

measured closed_loop::run(seconds time)
{
    measured out;
    out.micros.reserve(std::size_t(1) << 20);
    auto const begin = last_ = clock::now();
    auto const end = begin + std::chrono::duration_cast<clock::duration>(time);
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        for (std::size_t d = 0; d < depth_; ++d)
            issue(i);
        clients_[i]->flush();
        watch(i);
    }
    std::array<epoll_event, 256> events;
    while (outstanding_ > 0 && clock::now() - last_ < patience) {
        bool const stuck = clients_.size() == 1 && clients_[0]->pending();
        int const n = ::epoll_wait(epoll_, events.data(), events.size(), stuck ? 1 : 100);
        for (int k = 0; k < n; ++k) {
            auto const i = static_cast<std::size_t>(events[static_cast<std::size_t>(k)].data.u64);
            if (events[static_cast<std::size_t>(k)].events & ~std::uint32_t(EPOLLOUT)) {
                clients_[i]->fill();
                take(i, out, clock::now() < end);
            }
            if (!clients_[i]->closed()) {
                clients_[i]->flush();
                watch(i);
            }
        }
        if (stuck)
            clients_[0]->flush();
    }
    out.errors += outstanding_;
    if (outstanding_ > 0 && out.first_error.empty())
        out.first_error = "no answer in 30 s";
    out.time = seconds(last_ - begin).count();
    return out;
}

}  // namespace bench
