#pragma once

#include "protocol/rpc/async.hpp"
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
    explicit memory_transport(asio::any_io_executor ex) : changed_(ex), written_(ex) {}

    void send(std::string line)
    {
        in_.push_back(std::move(line));
        changed_.notify();
    }
    void close() override
    {
        closed_ = true;
        changed_.notify();
    }
    // What was written and not yet taken; throws if there is nothing.
    boost::json::value take() { return boost::json::parse(take_line()); }
    std::string take_line()
    {
        auto line = std::move(out_.at(0));
        out_.pop_front();
        return line;
    }
    // Until so many lines were written and not taken.
    asio::awaitable<void> waited(std::size_t lines = 1)
    {
        while (out_.size() < lines)
            co_await written_.wait();
    }
    asio::awaitable<boost::json::value> next()
    {
        co_await waited();
        co_return take();
    }
    std::size_t sent() const { return out_.size(); }

    asio::awaitable<std::optional<mcp::incoming_line>> read() override
    {
        while (in_.empty() && !closed_)
            co_await changed_.wait();
        if (in_.empty())
            co_return std::nullopt;
        current_ = std::move(in_.front());
        in_.pop_front();
        co_return mcp::incoming_line{current_};
    }
    void write(std::string_view line) override
    {
        out_.emplace_back(line);
        written_.notify();
    }
    asio::awaitable<void> flush() override { co_return; }

private:
    mcp::event changed_;
    mcp::event written_;
    std::deque<std::string> in_, out_;
    std::string current_;
    bool closed_ = false;
};

}  // namespace test
