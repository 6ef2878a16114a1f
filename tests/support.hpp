#pragma once

#include "protocol/rpc/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>

#include <deque>
#include <stdexcept>

namespace test {

namespace asio = boost::asio;

// Runs a coroutine to its end, and fails the test rather than hang.
inline void run(asio::awaitable<void> body)
{
    asio::io_context ctx{1};
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(ctx, std::move(body), [&](std::exception_ptr e) {
        failure = e;
        done = true;
        ctx.stop();
    });
    ctx.run_for(std::chrono::seconds(5));
    if (!done)
        throw std::runtime_error("timed out");
    if (failure)
        std::rethrow_exception(failure);
}

// Both ends of a connection, in memory.
class memory_transport final : public mcp::transport {
public:
    explicit memory_transport(asio::any_io_executor ex)
        : changed_(ex, asio::steady_timer::time_point::max())
    {
    }

    void send(std::string line)
    {
        in_.push_back(std::move(line));
        changed_.cancel();
    }
    void close()
    {
        closed_ = true;
        changed_.cancel();
    }
    boost::json::value take()
    {
        auto v = boost::json::parse(out_.at(0));
        out_.pop_front();
        return v;
    }
    std::size_t sent() const { return out_.size(); }

    asio::awaitable<std::optional<std::string>> read() override
    {
        while (in_.empty() && !closed_)
            co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (in_.empty())
            co_return std::nullopt;
        std::string line = std::move(in_.front());
        in_.pop_front();
        co_return line;
    }
    void write(std::string message) override { out_.push_back(std::move(message)); }

private:
    asio::steady_timer changed_;
    std::deque<std::string> in_, out_;
    bool closed_ = false;
};

}  // namespace test
