#pragma once

// One connection of HTTP/1.1: requests one after the other, each answered before the next is looked
// at. A read is always pending, also while a request is being answered: that is how a client that
// leaves is noticed; what it sends ahead is kept, up to a limit. No coroutine and no timer of its
// own, so that 10,000 idle ones cost little: the listener ticks them all.

#include "server/transports/http/endpoint.hpp"
#include "server/transports/http/exchange.hpp"
#include "server/transports/http/read_buffer.hpp"
#include "server/transports/http/request_parser.hpp"
#include "server/transports/http/write_queue.hpp"

#include <functional>
#include <memory>
#include <string>

namespace server {

class http_connection final : public http_reply,
                              public std::enable_shared_from_this<http_connection> {
public:
    using socket = write_queue::socket;
    using time_point = exchange::time_point;

    // `on_closed` is called once, from the loop or from close().
    http_connection(
        std::shared_ptr<http_endpoint> endpoint, socket s, std::function<void()> on_closed);

    void start();
    void tick(time_point now);

    // The server ends: what listens is ended, what is idle closed, what is answered ends with that.
    void stop();
    void close();

    void answer(int status, std::string_view body, std::string_view headers, std::string_view type)
        override;
    void open_stream(std::string_view headers) override;
    void write(std::string_view events) override;
    void end_stream() override;
    std::size_t waiting() const override { return out_.waiting(); }

private:
    enum class state { head, body, answering, lingering, closed };

    void read();
    void received(boost::system::error_code ec, std::size_t n);
    void input_ended(bool is_broken);
    void advance();
    void yield_turn();
    void begin_request();
    void refuse_fault(request_parser::fault fault);
    void refuse(http_refusal const& why);
    void dispatch();
    void request_done();
    void flush();
    void flush_soon();
    void wait_to_write();
    void close_soon();
    void linger();
    void enter(state s);
    bool is_clogged() const;
    response_head head_of(int status, std::string_view type, std::string_view headers);
    bool peer_hung_up();

    std::shared_ptr<http_endpoint> endpoint_;
    socket socket_;
    std::function<void()> on_closed_;
    request_parser parser_;
    read_buffer in_;
    http_admission admission_;
    std::shared_ptr<exchange> current_;
    std::string lines_;
    write_queue out_;
    state state_ = state::head;
    time_point since_;  // of state_
    int requests_ = 0;
    int in_turn_ = 0;  // of them, since the other connections had their turn
    bool yields_ = false;
    bool reads_ = false;
    bool writes_ = false;   // waits for the socket to take more
    bool flushes_ = false;  // in this turn of the loop
    bool advances_ = false;
    bool keeps_ = true;  // alive after this request
    bool chunks_ = false;
    bool input_ended_ = false;
    bool has_shut_ = false;
};

}  // namespace server
