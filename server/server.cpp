#include "server/server.hpp"

#include "protocol/errors.hpp"
#include "protocol/wire/classify.hpp"

#include <boost/asio/this_coro.hpp>

namespace server {

using boost::asio::awaitable;

namespace {

// What one connection needs for as long as it lasts. Notifications of a request go back to it.
class connection final : public outbound {
public:
    connection(
        mcp_server& server,
        mcp::transport& peer,
        mcp::dispatcher_limits const& limits,
        mcp::logger const& log)
        : session_([this](mcp::protocol_version v) { rpc_.accept_batches(mcp::has_batches(v)); }),
          rpc_(
              peer,
              [this, &server](mcp::jsonrpc::request r) {
                  return server.answer(std::move(r), session_, *this);
              },
              // notifications/initialized says nothing that initialize did not: clients leave it
              // out or send it late, and are served all the same. No other is for us.
              {},
              limits,
              log)
    {
    }

    awaitable<void> run() { return rpc_.run(); }

    void notify(mcp::jsonrpc::request_id const& about, mcp::jsonrpc::notification n) override
    {
        // basic/utilities/cancellation: nothing more about a request that was cancelled.
        if (rpc_.is_active(about))
            rpc_.notify(n);
    }

private:
    session session_;
    mcp::dispatcher rpc_;
};

}  // namespace

mcp_server::mcp_server(
    mcp::Implementation self,
    std::string instructions,
    features const& offered,
    server_limits limits,
    mcp::logger log)
    : self_(std::move(self)),
      encoded_self_(mcp::encode(self_).as_object()),
      instructions_(std::move(instructions)),
      offered_(offered),
      limits_(limits),
      log_(std::move(log)),
      methods_(table_of_methods(*this, offered))
{
}

awaitable<void> mcp_server::serve(mcp::transport& peer)
{
    connection with(*this, peer, limits_.connection, log_);
    co_await with.run();
}

awaitable<mcp::json::value>
mcp_server::answer(mcp::jsonrpc::request request, session& connection, outbound& out)
{
    auto const to = mcp::classify(request.method, request.params, connection.is_open());
    if (to == mcp::addressed::nobody)
        throw mcp::unaddressed(request.method);
    auto const& era = to == mcp::addressed::modern ? mcp::modern() : mcp::legacy();
    auto meta = era.lift(request.params, connection.client());
    auto const* handler = methods_.find(request.method);
    if (!handler || !era.has_request(request.method) || !offered_.offers(request.method))
        throw mcp::method_not_found(request.method);

    auto executor = co_await boost::asio::this_coro::executor;
    request_context ctx(
        std::move(request.id),
        std::move(meta),
        era,
        connection,
        out,
        std::move(executor),
        limits_.progress_interval);
    auto result = co_await (*handler)(ctx, std::move(request.params));
    ctx.finish();
    auto const version =
        to == mcp::addressed::handshake ? connection.client()->version : ctx.client().version;
    era.stamp(request.method, version, encoded_self_, result);
    co_return mcp::json::value(std::move(result));
}

mcp::InitializeResult
mcp_server::initialize(request_context& ctx, mcp::InitializeRequestParams params)
{
    auto const version = ctx.connection().open(std::move(params));
    return {std::string(mcp::to_string(version)), offered_.capabilities(), self_, instructions()};
}

mcp::DiscoverResult mcp_server::discover(request_context&, mcp::EmptyParams)
{
    mcp::DiscoverResult out;
    out.supportedVersions.assign(mcp::version_names.rbegin(), mcp::version_names.rend());
    out.capabilities = offered_.capabilities();
    out.instructions = instructions();
    return out;
}

mcp::EmptyResult mcp_server::ping(request_context&, mcp::EmptyParams)
{
    return {};
}

mcp::EmptyResult mcp_server::set_level(request_context& ctx, mcp::SetLevelRequestParams params)
{
    ctx.connection().log_level = params.level;
    return {};
}

std::optional<std::string> mcp_server::instructions() const
{
    if (instructions_.empty())
        return std::nullopt;
    return instructions_;
}

}  // namespace server
