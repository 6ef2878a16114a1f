#include "agent/downstream/http/server_questions.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace agent {

namespace asio = boost::asio;
using asio::awaitable;
using mcp::jsonrpc::errc;

namespace {

// More are not answered: the server may ask again once it has its answers.
constexpr std::size_t most_pending = 16;

}  // namespace

void server_questions::take(mcp::jsonrpc::message message, sender const& reply)
{
    if (auto* asked = std::get_if<mcp::jsonrpc::request>(&message))
        start(std::move(*asked), reply);
    else if (auto const* n = std::get_if<mcp::jsonrpc::notification>(&message))
        withdraw(*n);
}

void server_questions::start(mcp::jsonrpc::request r, sender const& reply)
{
    if (closed_ || pending_.size() == most_pending || pending_.contains(r.id))
        return;
    auto id = r.id;
    auto const slot = pending_[id].slot();
    auto done = [self = shared_from_this(), id = std::move(id)](std::exception_ptr) {
        self->pending_.erase(id);
    };
    asio::co_spawn(
        executor_,
        answer(std::move(r), reply),
        asio::bind_cancellation_slot(slot, std::move(done)));
}

awaitable<void> server_questions::answer(mcp::jsonrpc::request r, sender reply)
{
    auto const self = shared_from_this();
    mcp::jsonrpc::response response;
    response.id = r.id;
    mcp::jsonrpc::error const nothing(errc::internal_error, "the client has no answer");
    try {
        auto result = co_await answer_(std::move(r));
        response.outcome = std::move(result);
    } catch (mcp::jsonrpc::error const& e) {
        response.outcome = e;
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted)
            throw;
        response.outcome = nothing;
    } catch (std::exception const&) {
        response.outcome = nothing;
    }
    auto text = mcp::jsonrpc::serialize(std::move(response));
    co_await reply(std::move(text));
}

void server_questions::withdraw(mcp::jsonrpc::notification const& n)
{
    if (n.method != "notifications/cancelled")
        return;
    auto const* value = n.params.if_contains("requestId");
    auto const id = value ? mcp::jsonrpc::id_from(*value) : std::nullopt;
    auto const found = id ? pending_.find(*id) : pending_.end();
    if (found != pending_.end())
        found->second.emit(asio::cancellation_type::terminal);
}

// From outside the loop an emission is only queued, with a bare pointer to what hangs on the
// signal: that has to be there until then.
void server_questions::close()
{
    closed_ = true;
    for (auto& [id, signal] : pending_)
        signal.emit(asio::cancellation_type::terminal);
    asio::post(executor_, [self = shared_from_this()] {});
}

}  // namespace agent
