#include "server/progress.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace server {

using clock = std::chrono::steady_clock;

struct progress_reporter::state : std::enable_shared_from_this<state> {
    state(
        boost::asio::any_io_executor ex,
        mcp::json::value t,
        std::chrono::milliseconds i,
        send_function s)
        : timer(ex), interval(i), send(std::move(s))
    {
        last.progressToken = std::move(t);
    }

    void put(std::optional<double> done, std::optional<double> total, std::string message)
    {
        if (closed)
            return;
        waiting = true;
        next_done = done;
        last.total = total;
        if (!message.empty())
            last.message = std::move(message);
        if (clock::now() >= next_at)
            emit();
        else
            arm();
    }

    void emit()
    {
        auto const before = last.progress;
        auto const little = last.total ? std::max(*last.total - before, 1e-3) / 1000 : 1.0;
        last.progress = next_done.value_or(before + little);
        if (sent && last.progress <= before)
            last.progress = before + little;
        next_done.reset();
        waiting = false;
        sent = true;
        sent_at = clock::now();
        next_at = sent_at + interval;
        send(last);
        arm();
    }

    void arm()
    {
        if (waiting)
            timer.expires_at(next_at);
        else if (silence.count() > 0)
            timer.expires_at(std::max(sent_at, started) + silence);
        else
            return;
        timer.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
            auto const self = weak.lock();
            if (!ec && self && !self->closed)
                self->emit();
        });
    }

    boost::asio::steady_timer timer;
    std::chrono::milliseconds interval;
    std::chrono::milliseconds silence{0};
    send_function send;
    mcp::ProgressNotificationParams last;  // what was sent, with the words of what waits
    std::optional<double> next_done;
    clock::time_point started = clock::now();
    clock::time_point sent_at;
    clock::time_point next_at;
    bool waiting = false;
    bool sent = false;
    bool closed = false;
};

progress_reporter::progress_reporter(
    boost::asio::any_io_executor ex,
    mcp::json::value token,
    std::chrono::milliseconds interval,
    send_function send)
    : state_(std::make_shared<state>(std::move(ex), std::move(token), interval, std::move(send)))
{
}

progress_reporter::~progress_reporter()
{
    state_->closed = true;
    state_->timer.cancel();
}

void progress_reporter::step(std::string message)
{
    state_->put(std::nullopt, std::nullopt, std::move(message));
}

void progress_reporter::reach(double done, std::optional<double> total, std::string message)
{
    state_->put(done, total, std::move(message));
}

void progress_reporter::heartbeat(std::chrono::milliseconds silence)
{
    state_->silence = silence;
    state_->arm();
}

void progress_reporter::flush()
{
    if (state_->waiting)
        state_->emit();
    state_->closed = true;
    state_->timer.cancel();
}

}  // namespace server
