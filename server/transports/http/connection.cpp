#include "server/transports/http/connection.hpp"

#include <boost/asio/post.hpp>

#include <poll.h>

namespace server {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int requests_a_turn = 2;

http_refusal of_fault(request_parser::fault f, http_limits const& limits)
{
    switch (f) {
    case request_parser::fault::head_too_large:
        return refuse(
            431, "The header may have at most " + std::to_string(limits.header) + " bytes");
    case request_parser::fault::body_too_large:
        return refuse(413, "A body may have at most " + std::to_string(limits.body) + " bytes");
    case request_parser::fault::version:
        return http_refusal(505, "Send HTTP/1.1.");
    default:
        return http_refusal(400, "This is not a request of HTTP/1.1.");
    }
}

}  // namespace

http_connection::http_connection(
    std::shared_ptr<http_endpoint> endpoint, socket s, std::function<void()> on_closed)
    : endpoint_(std::move(endpoint)),
      socket_(std::move(s)),
      on_closed_(std::move(on_closed)),
      parser_(endpoint_->limits().header, endpoint_->limits().body),
      in_(std::max(endpoint_->limits().pipelined, endpoint_->limits().header)),
      out_(socket_),
      since_(std::chrono::steady_clock::now())
{
}

void http_connection::start()
{
    error_code ec;
    socket_.non_blocking(true, ec);
    if (ec)
        return close();
    read();
}

void http_connection::enter(state s)
{
    state_ = s;
    since_ = std::chrono::steady_clock::now();
}

void http_connection::close()
{
    if (state_ == state::closed)
        return;
    auto const self = shared_from_this();
    enter(state::closed);
    error_code ignored;
    socket_.close(ignored);
    out_.drop();
    if (auto const unanswered = std::move(current_))
        unanswered->left();
    std::exchange(on_closed_, {})();
}

// ---- in

void http_connection::read()
{
    if (reads_ || input_ended_ || state_ == state::closed || in_.is_full())
        return;
    if (state_ == state::body)
        in_.widen();
    else
        in_.rest();
    reads_ = true;
    auto const room = in_.room();
    socket_.async_read_some(
        asio::buffer(room.data(), room.size()),
        [self = shared_from_this()](error_code ec, std::size_t n) { self->received(ec, n); });
}

// What there is no memory for costs its own connection, not the others.
void http_connection::received(error_code ec, std::size_t n)
try {
    reads_ = false;
    in_turn_ = 0;
    if (state_ == state::closed)
        return;
    if (state_ == state::head && in_.is_empty())
        since_ = std::chrono::steady_clock::now();
    in_.received(n);
    if (ec)
        return input_ended(ec != asio::error::eof);
    if (state_ == state::lingering)
        in_.used(in_.bytes().size());
    advance();
    read();
} catch (std::bad_alloc const&) {
    close();
}

void http_connection::input_ended(bool is_broken)
{
    input_ended_ = true;
    keeps_ = false;
    if (is_broken || (current_ && current_->ends_with_input()))
        return close();
    // A peer that only closed its sending half still reads what it is answered.
    if (state_ == state::answering)
        return;
    linger();
}

void http_connection::advance()
{
    if (advances_)
        return;
    advances_ = true;
    // A peer that does not read is not served.
    while ((state_ == state::head || state_ == state::body) && !is_clogged()) {
        if (in_turn_ >= requests_a_turn && !in_.is_empty()) {
            yield_turn();
            break;
        }
        std::size_t used = 0;
        if (!in_.is_empty())
            used = parser_.feed(in_.bytes());
        in_.used(used);
        if (parser_.failure() != request_parser::fault::none)
            refuse_fault(parser_.failure());
        else if (state_ == state::head && parser_.has_head())
            begin_request();
        else if (parser_.is_done())
            dispatch();
        else if (used == 0 && in_.is_full())
            refuse_fault(request_parser::fault::malformed);
        else if (used == 0)
            break;
    }
    advances_ = false;
}

// A peer that sends requests without waiting for answers is served between the others.
void http_connection::yield_turn()
{
    if (std::exchange(yields_, true))
        return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->yields_ = false;
        self->in_turn_ = 0;
        self->advance();
        self->read();
    });
}

void http_connection::begin_request()
{
    enter(state::body);
    ++requests_;
    ++in_turn_;
    auto const& head = parser_.head();
    keeps_ = head.keep_alive && requests_ < endpoint_->limits().requests_per_connection &&
             !endpoint_->is_stopping();
    admission_ = endpoint_->gate().admit(head);
    if (admission_.refused) {
        // Nobody waits for the body of a request that is refused, unless it is here already.
        parser_.drop_body();
        while (!parser_.is_done() && parser_.failure() == request_parser::fault::none) {
            auto const used = parser_.feed(in_.bytes());
            in_.used(used);
            if (used == 0)
                break;
        }
        // A head that others might read differently: what follows it, too.
        keeps_ = keeps_ && parser_.is_done() && admission_.refused->status != 400;
        return dispatch();
    }
    auto const expects = head.fields.find("Expect");
    if (in_.is_empty() && !parser_.is_done() && !head.http_1_0 &&
        same_name(expects.value, "100-continue")) {
        out_.bytes() += continue_response;
        flush();
    }
}

void http_connection::refuse_fault(request_parser::fault fault)
{
    refuse(of_fault(fault, endpoint_->limits()));
}

void http_connection::refuse(http_refusal const& why)
{
    admission_ = http_admission();
    keeps_ = false;
    enter(state::answering);
    endpoint_->refuse(why, *this);
}

void http_connection::dispatch()
{
    enter(state::answering);
    auto answering = endpoint_->receive(parser_.head(), admission_, parser_.body(), *this);
    if (state_ == state::answering)
        current_ = std::move(answering);
}

// ---- time

void http_connection::tick(time_point now)
{
    auto const& limits = endpoint_->limits();
    if (waiting() > 0 && now - out_.stalled_since() >= limits.stalled_time)
        return close();
    auto const spent = now - since_;
    switch (state_) {
    case state::head:
        if (is_clogged())
            break;
        if (in_.is_empty() && spent >= limits.idle_time)
            close();
        else if (!in_.is_empty() && spent >= limits.header_time)
            refuse(http_refusal(408, "The header did not come in time."));
        break;
    case state::body:
        if (spent >= limits.body_time)
            refuse(http_refusal(408, "The body did not come in time."));
        break;
    case state::answering:
        if (!reads_ && !input_ended_ && peer_hung_up())
            close();
        else if (auto const exchange = current_)
            exchange->tick(now);
        break;
    case state::lingering:
        if (waiting() == 0 && spent >= limits.linger_time)
            close();
        break;
    case state::closed:
        break;
    }
}

// For a connection that is not read from, because too much was sent ahead.
bool http_connection::peer_hung_up()
{
    pollfd look{};
    look.fd = socket_.native_handle();
    look.events = POLLRDHUP;
    return ::poll(&look, 1, 0) > 0;
}

void http_connection::stop()
{
    keeps_ = false;
    if (state_ == state::head && in_.is_empty())
        return waiting() > 0 ? linger() : close();
    if (auto const exchange = current_)
        exchange->stop();
}

}  // namespace server
