#pragma once

#include "protocol/rpc/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <deque>

namespace mcp {

// Newline-delimited JSON over a pair of byte streams: stdio, a socket, or the pipes of a child
// process.
template <class Reader, class Writer>
class stream_transport final : public transport {
public:
    stream_transport(Reader in, Writer out)
        : in_(std::move(in)),
          out_(std::move(out)),
          queued_(in_.get_executor(), boost::asio::steady_timer::time_point::max())
    {
    }

    boost::asio::awaitable<std::optional<std::string>> read() override
    {
        auto buffer = boost::asio::dynamic_buffer(pending_, max_message);
        auto [ec, n] = co_await boost::asio::async_read_until(
            in_, buffer, '\n', boost::asio::as_tuple(boost::asio::use_awaitable));
        if (ec == boost::asio::error::eof)
            co_return std::nullopt;
        if (ec)
            throw boost::system::system_error(ec, "read");
        std::string line = pending_.substr(0, n - 1);
        pending_.erase(0, n);
        co_return line;
    }

    void write(std::string message) override
    {
        queue_.push_back(std::move(message) + '\n');
        queued_.cancel();
    }

    // Writes queued messages until close() and the queue is empty.
    boost::asio::awaitable<void> run_writer()
    {
        while (!queue_.empty() || !closed_) {
            if (queue_.empty()) {
                co_await queued_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
                continue;
            }
            std::string line = std::move(queue_.front());
            queue_.pop_front();
            co_await boost::asio::async_write(
                out_, boost::asio::buffer(line), boost::asio::use_awaitable);
        }
    }

    void close()
    {
        closed_ = true;
        queued_.cancel();
    }

private:
    static constexpr std::size_t max_message = 16 << 20;

    Reader in_;
    Writer out_;
    boost::asio::steady_timer queued_;
    std::string pending_;
    std::deque<std::string> queue_;
    bool closed_ = false;
};

}  // namespace mcp
