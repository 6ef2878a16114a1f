#pragma once

// A transport over byte streams: one for each direction (stdio, the pipes of a child process) or
// one for both (a socket). This is the one writer, as line_buffer is the one framer.
//
// Lines queued within one turn of the loop leave in one write. While more than `queued` bytes wait
// for the peer nothing more is read from it, so that a peer that does not read is not served; at
// `abandoned` bytes it is taken for gone. Nothing here throws for a peer that went away: reading
// ends, and what is written to it is dropped.

#include "protocol/rpc/async.hpp"
#include "protocol/rpc/line_buffer.hpp"
#include "protocol/rpc/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcp {

struct stream_limits {
    std::size_t line = 4 << 20;         // bytes of one message
    std::size_t queued = 1 << 20;       // bytes that wait for the peer before reading stops
    std::size_t abandoned = 128 << 20;  // bytes that wait for a peer that is no longer there
    std::size_t turn_lines = 16;        // read in a row before the others on the loop have theirs
    std::size_t turn_bytes = 16 << 10;
};

template <class Reader, class Writer = Reader>
class stream_transport final : public transport {
public:
    stream_transport(Reader in, Writer out, stream_limits limits = stream_limits())
        : stream_transport(
              std::make_shared<Reader>(std::move(in)),
              std::make_shared<Writer>(std::move(out)),
              limits)
    {
    }

    // Both directions of one stream.
    explicit stream_transport(
        Reader both, stream_limits limits = stream_limits()) requires std::is_same_v<Reader, Writer>
        : stream_transport(std::make_shared<Reader>(std::move(both)), limits)
    {
    }

    stream_transport(stream_transport const&) = delete;
    stream_transport& operator=(stream_transport const&) = delete;
    ~stream_transport() override { close(); }

    boost::asio::awaitable<std::optional<incoming_line>> read() override
    {
        for (;;) {
            if (out_->waiting() > limits_.queued)
                uncork();
            while (out_->waiting() > limits_.queued && !out_->gone)
                co_await out_->changed.wait();
            if (!out_->gone)
                if (auto line = lines_.next()) {
                    if (turn_is_over()) {
                        uncork();
                        co_await boost::asio::post(boost::asio::use_awaitable);
                        begin_turn();
                    }
                    ++lines_taken_;
                    bytes_taken_ += line->text.size();
                    co_return incoming(*line);
                }
            uncork();
            if (out_->gone)
                co_return std::nullopt;
            if (ended_) {
                if (auto line = lines_.rest())
                    co_return incoming(*line);
                co_return std::nullopt;
            }
            auto const room = lines_.room();
            auto const buffer = boost::asio::buffer(room.data(), room.size());
            auto const [ec, n] = co_await in_->async_read_some(
                buffer, boost::asio::as_tuple(boost::asio::use_awaitable));
            lines_.received(n);
            begin_turn();
            if (!ec)
                continue;
            auto const state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() != boost::asio::cancellation_type::none)
                throw boost::system::system_error(boost::asio::error::operation_aborted);
            ended_ = true;
        }
    }

    // From the next line on: one who has not said who he is gets little room.
    void line_limit(std::size_t bytes) { lines_.limit(bytes); }

    // For what only a socket can do. Closed if the connection is.
    Reader& reader() { return *in_; }

    void write(std::string_view line) override
    {
        if (out_->gone)
            return;
        if (out_->waiting() + line.size() > limits_.abandoned) {
            close();
            return;
        }
        out_->queued.append(line).push_back('\n');
        if (out_->scheduled)
            return;
        out_->scheduled = true;
        if (!corked_)
            boost::asio::post(out_->stream->get_executor(), [out = out_] { send(out); });
    }

    // A write by the loop would cost a turn of it, and a look at the kernel's events, per reply.
    void cork() override
    {
        if (!out_->scheduled)
            corked_ = true;
    }

    boost::asio::awaitable<void> flush() override
    {
        uncork();
        while (out_->waiting() > 0 && !out_->gone)
            co_await out_->changed.wait();
    }

    void close() override
    {
        out_->gone = true;
        boost::system::error_code ignored;
        in_->close(ignored);
        out_->stream->close(ignored);
        out_->changed.notify();
    }

private:
    // Outlives the transport until the write under way has completed.
    struct outgoing {
        outgoing(std::shared_ptr<Writer> s, std::shared_ptr<Reader> r)
            : stream(std::move(s)), reader(std::move(r)), changed(stream->get_executor())
        {
            if constexpr (requires(boost::system::error_code ec) {
                              stream->non_blocking(true, ec);
                          }) {
                boost::system::error_code ignored;
                stream->non_blocking(true, ignored);
            }
        }
        std::size_t waiting() const { return queued.size() + writing.size(); }

        std::shared_ptr<Writer> stream;
        std::shared_ptr<Reader> reader;
        event changed;
        std::string queued;
        std::string writing;
        bool scheduled = false;  // a send is under way, or will be in this turn
        bool gone = false;
    };

    stream_transport(std::shared_ptr<Reader> in, std::shared_ptr<Writer> out, stream_limits limits)
        : limits_(limits),
          in_(std::move(in)),
          out_(std::make_shared<outgoing>(std::move(out), in_)),
          lines_(limits.line)
    {
    }

    stream_transport(std::shared_ptr<Reader> both, stream_limits limits)
        : stream_transport(both, both, limits)
    {
    }

    void uncork()
    {
        if (std::exchange(corked_, false) && out_->scheduled)
            send(out_);
    }

    // A peer that sends without end is served in pieces, between which the others are.
    bool turn_is_over() const
    {
        return lines_taken_ >= limits_.turn_lines || bytes_taken_ >= limits_.turn_bytes;
    }

    void begin_turn() { lines_taken_ = bytes_taken_ = 0; }

    static incoming_line incoming(line_buffer::line line) { return {line.text, line.too_long}; }

    static void send(std::shared_ptr<outgoing> const& out)
    {
        if (out->gone || out->queued.empty()) {
            out->scheduled = false;
            return;
        }
        out->writing.swap(out->queued);
        // Nearly always the kernel takes it all at once, and there is nothing to wait for.
        boost::system::error_code ec;
        std::size_t n = 0;
        if constexpr (requires { out->stream->non_blocking(true, ec); }) {
            n = out->stream->write_some(boost::asio::buffer(out->writing), ec);
            if (n == out->writing.size()) {
                sent(out, {});
                return;
            }
        }
        auto rest = boost::asio::buffer(out->writing) + n;
        boost::asio::async_write(
            *out->stream, rest, [out](auto failure, std::size_t) { sent(out, failure); });
    }

    static void sent(std::shared_ptr<outgoing> const& out, boost::system::error_code ec)
    {
        constexpr std::size_t kept = std::size_t(64) * 1024;
        out->writing.clear();
        if (out->writing.capacity() > kept)
            out->writing.shrink_to_fit();
        if (ec) {
            // A peer that hears no answer is served no longer.
            boost::system::error_code ignored;
            out->gone = true;
            out->queued.clear();
            out->reader->cancel(ignored);
        }
        out->changed.notify();
        send(out);
    }

    stream_limits limits_;
    std::shared_ptr<Reader> in_;
    std::shared_ptr<outgoing> out_;
    line_buffer lines_;
    std::size_t lines_taken_ = 0;  // since the others had their turn
    std::size_t bytes_taken_ = 0;
    bool ended_ = false;
    bool corked_ = false;  // and nothing is under way: the next read() or flush() sends
};

}  // namespace mcp
