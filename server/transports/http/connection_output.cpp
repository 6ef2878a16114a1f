#include "server/transports/http/connection.hpp"

#include <boost/asio/post.hpp>

// What goes out on a connection: responses and streams, written as the peer takes them, and how the
// last one gets there.

namespace server {

namespace asio = boost::asio;
using boost::system::error_code;

response_head http_connection::head_of(int status, std::string_view type, std::string_view headers)
{
    response_head out;
    out.status = status;
    out.type = type;
    out.headers = headers;
    out.date = endpoint_->date();
    out.close = !keeps_;
    if (admission_.origin.empty())
        return out;
    lines_.assign(headers);
    lines_.append("Access-Control-Allow-Origin: ").append(admission_.origin);
    lines_ += "\r\nAccess-Control-Expose-Headers: Mcp-Session-Id, WWW-Authenticate\r\n"
              "Vary: Origin\r\n";
    out.headers = lines_;
    return out;
}

void http_connection::answer(
    int status, std::string_view body, std::string_view headers, std::string_view type)
{
    if (state_ != state::answering)
        return;
    append_response(out_.bytes(), head_of(status, body.empty() ? "" : type, headers), body);
    if (parser_.head().method == "HEAD")
        out_.bytes().resize(out_.bytes().size() - body.size());
    request_done();
}

void http_connection::open_stream(std::string_view headers)
{
    if (state_ != state::answering)
        return;
    chunks_ = !parser_.head().http_1_0;
    keeps_ = keeps_ && chunks_;
    append_stream_head(out_.bytes(), head_of(200, "text/event-stream", headers), chunks_);
    flush_soon();
}

void http_connection::write(std::string_view events)
{
    if (state_ != state::answering)
        return;
    if (chunks_)
        append_chunk(out_.bytes(), events);
    else
        out_.bytes() += events;
    flush_soon();
}

void http_connection::end_stream()
{
    if (state_ != state::answering)
        return;
    if (chunks_)
        out_.bytes() += last_chunk;
    request_done();
}

void http_connection::request_done()
{
    current_.reset();
    flush();
    if (state_ == state::closed)
        return;
    if (!keeps_)
        return linger();
    parser_.restart();
    enter(state::head);
    advance();
    read();
}

bool http_connection::is_clogged() const
{
    return waiting() > endpoint_->limits().write_queue;
}

void http_connection::flush_soon()
{
    if (std::exchange(flushes_, true))
        return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->flushes_ = false;
        self->flush();
    });
}

void http_connection::flush()
{
    if (writes_ || state_ == state::closed)
        return;
    switch (out_.send()) {
    case write_queue::outcome::waits:
        return wait_to_write();
    case write_queue::outcome::broken:
        return close_soon();
    case write_queue::outcome::all_sent:
        break;
    }
    if (state_ == state::lingering)
        linger();
    else if (auto const exchange = current_)
        exchange->written();
}

void http_connection::wait_to_write()
{
    writes_ = true;
    socket_.async_wait(socket::wait_write, [self = shared_from_this()](error_code ec) {
        self->writes_ = false;
        if (ec)
            return self->close();
        self->flush();
        self->advance();
        self->read();
    });
}

// Whoever is writing is not told in the middle of it.
void http_connection::close_soon()
{
    out_.drop();
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
}

// The last response is out, or will be: what still comes in is thrown away until the peer closes,
// because closing first could cost it the response.
void http_connection::linger()
{
    if (state_ != state::lingering)
        enter(state::lingering);
    if (waiting() > 0)
        return;
    if (input_ended_)
        return close();
    if (has_shut_)
        return;
    has_shut_ = true;
    since_ = std::chrono::steady_clock::now();
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
    in_.used(in_.bytes().size());
    read();
}

}  // namespace server
