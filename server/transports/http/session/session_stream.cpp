#include "server/transports/http/session/session_stream.hpp"

#include "server/transports/http/endpoint.hpp"
#include "server/transports/http/rules/response.hpp"
#include "server/transports/http/session/session.hpp"

namespace server {

session_stream::session_stream(
    std::shared_ptr<http_session> session,
    std::uint32_t number,
    http_reply* peer,
    reply_forms forms)
    : session_(std::move(session)),
      number_(number),
      peer_(peer),
      forms_(forms),
      spoke_(std::chrono::steady_clock::now())
{
}

session_stream::~session_stream() = default;

void session_stream::expect(std::size_t responses, bool batch)
{
    expected_ = responses;
    batch_ = batch;
}

bool session_stream::can_stream() const
{
    return forms_.stream && (peer_ || (streams_ && session_->is_resumable()));
}

void session_stream::open(std::string_view headers)
{
    if (streams_ || !peer_)
        return;
    streams_ = true;
    peer_->open_stream(headers);
    if (session_->primes()) {
        std::string priming;
        append_priming(priming, to_text({number_, place_}), session_->endpoint().limits().retry);
        peer_->write(priming);
    }
    for (auto const& reply : replies_)
        put(reply, false);
    replies_.clear();
}

void session_stream::release()
{
    if (!peer_ || !forms_.stream || !session_->primes())
        return;
    open();
    std::exchange(peer_, nullptr)->end_stream();
}

void session_stream::put(std::string_view json, bool is_spared)
{
    auto const& limits = session_->endpoint().limits();
    std::string id;
    ++place_;
    if (session_->is_resumable()) {
        session_->log().add({number_, place_}, json);
        id = to_text({number_, place_});
    }
    if (!peer_ || (is_spared && peer_->waiting() > limits.write_queue))
        return;
    spoke_ = std::chrono::steady_clock::now();
    peer_->write(session_->endpoint().event_of(id, json));
}

bool session_stream::say(mcp::jsonrpc::notification const& n)
{
    if (!can_stream())
        return false;
    open();
    put(session_->endpoint().text_of(n), true);
    return true;
}

bool session_stream::say(mcp::jsonrpc::request const& r)
{
    if (!can_stream())
        return false;
    open();
    put(session_->endpoint().text_of(r), false);
    return true;
}

void session_stream::respond(mcp::jsonrpc::response const& r, std::string_view headers)
{
    --expected_;
    auto const text = session_->endpoint().text_of(r);
    if (!streams_ && peer_ && forms_.json) {
        replies_.emplace_back(text);
        if (expected_ == 0)
            finish_as_json(headers);
    } else {
        // Whoever lost the connection before there was a stream cannot ask for it again.
        open(headers);
        if (streams_)
            put(text, false);
    }
    if (expected_ == 0)
        finish();
}

void session_stream::forget()
{
    if (expected_ > 0 && --expected_ > 0)
        return;
    if (!streams_ && peer_ && !replies_.empty())
        finish_as_json({});
    finish();
}

void session_stream::finish_as_json(std::string_view headers)
{
    auto& peer = *std::exchange(peer_, nullptr);
    if (!batch_)
        return peer.answer(200, replies_.front(), headers);
    std::string all;
    for (auto const& reply : replies_)
        all.append(all.empty() ? "[" : ",").append(reply);
    all += ']';
    peer.answer(200, all, headers);
}

void session_stream::finish()
{
    // The connection and the session both let go of it here.
    auto const self = shared_from_this();
    auto const session = session_;
    if (auto* peer = std::exchange(peer_, nullptr)) {
        // Cancelled before anything was said: a stream without a response says just that.
        if (!streams_ && forms_.stream)
            peer->open_stream();
        if (streams_ || forms_.stream)
            peer->end_stream();
        else
            peer->answer(202, {});
    }
    session->finished(*this);
}

void session_stream::attach(http_reply& peer, event_id after)
{
    if (auto* before = std::exchange(peer_, nullptr)) {
        if (!streams_)
            before->open_stream();
        before->end_stream();
    }
    peer_ = &peer;
    streams_ = true;
    spoke_ = std::chrono::steady_clock::now();
    peer.open_stream();
    session_->log().each_after(after, [&](event_log::event const& e) {
        peer.write(session_->endpoint().event_of(to_text(e.id), e.json));
    });
}

void session_stream::close()
{
    expected_ = 0;
    finish();
}

void session_stream::left()
{
    auto const self = shared_from_this();
    auto const session = session_;
    peer_ = nullptr;
    session->gone(*this);
}

void session_stream::written()
{
    session_->changed();
}

void session_stream::tick(time_point now)
{
    if (!peer_)
        return;
    session_->use(now);
    if (now - spoke_ < session_->endpoint().limits().keep_alive || !forms_.stream)
        return;
    open();
    spoke_ = now;
    peer_->write(keep_alive_comment);
}

void session_stream::stop()
{
    if (number_ == listening)
        close();
}

}  // namespace server
