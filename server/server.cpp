#include "server/server.hpp"

#include "protocol/errors.hpp"
#include "server/methods/parts.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace server {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

// What one connection needs for as long as it lasts. Notifications of a request go back to it.
class connection final : public outbound {
public:
    connection(
        mcp_server& server,
        mcp::transport& peer,
        std::string principal,
        mcp::dispatcher_limits const& limits,
        mcp::logger const& log)
        : server_(server),
          peer_(peer),
          session_([this](mcp::protocol_version v) { opened(v); }, std::move(principal)),
          rpc_(
              peer,
              [this](mcp::jsonrpc::request r) {
                  auto const to = mcp::classify(r.method, r.params, session_.is_open());
                  return server_.answer(std::move(r), to, session_, *this);
              },
              // notifications/initialized says nothing that initialize did not: clients leave it
              // out or send it late, and are served all the same. No other is for us.
              {},
              limits,
              log)
    {
        rpc_.on_end([this] { server_.end_subscriptions(&session_); });
    }

    awaitable<void> run()
    {
        executor_ = co_await asio::this_coro::executor;
        std::exception_ptr failure;
        try {
            co_await rpc_.run();
        } catch (...) {
            failure = std::current_exception();
        }
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        stop_relay_.emit(asio::cancellation_type::terminal);
        while (relaying_)
            co_await relaying_->wait();
        if (failure)
            std::rethrow_exception(failure);
    }

    void notify(mcp::jsonrpc::request_id const& about, mcp::jsonrpc::notification n) override
    {
        // basic/utilities/cancellation: nothing more about a request that was cancelled.
        if (rpc_.is_active(about))
            rpc_.notify(n);
    }

    awaitable<mcp::json::value>
    call(mcp::jsonrpc::request_id const&, std::string method, mcp::json::object params) override
    {
        return rpc_.call(std::move(method), std::move(params));
    }

    bool withdrawn(mcp::jsonrpc::request_id const& about) const override
    {
        return rpc_.is_withdrawn(about);
    }

    awaitable<void> drained() override { return peer_.flush(); }

private:
    void opened(mcp::protocol_version version)
    {
        rpc_.accept_batches(mcp::has_batches(version));
        if (relaying_)
            return;
        relaying_.emplace(executor_);
        auto relay = server_.relay(
            session_,
            [this](mcp::jsonrpc::notification const& n) { rpc_.notify(n); },
            [this] { return peer_.flush(); });
        auto ended = [this](std::exception_ptr const&) {
            auto waiting = std::exchange(relaying_, std::nullopt);
            waiting->notify();
        };
        asio::co_spawn(
            executor_,
            std::move(relay),
            asio::bind_cancellation_slot(stop_relay_.slot(), std::move(ended)));
    }

    mcp_server& server_;
    mcp::transport& peer_;
    session session_;
    mcp::dispatcher rpc_;
    asio::any_io_executor executor_;
    asio::cancellation_signal stop_relay_;
    std::optional<mcp::event> relaying_;  // while a relay runs
};

struct counted_in {
    explicit counted_in(std::size_t& n) : of(n) { ++of; }
    counted_in(counted_in const&) = delete;
    counted_in& operator=(counted_in const&) = delete;
    ~counted_in() { --of; }
    std::size_t& of;
};

mcp::jsonrpc::error busy(std::size_t requests)
{
    return {
        mcp::jsonrpc::errc::internal_error,
        "busy: " + std::to_string(requests) +
            " requests are in progress on this server; wait for one of them"};
}

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
      tasks_(offered.changes(), limits.tasks, log_),
      methods_(table_of_methods())
{
}

method_table mcp_server::table_of_methods()
{
    method_table table;
    table.on<mcp::InitializeRequestParams>("initialize", [this](request_context& ctx, auto params) {
        return initialize(ctx, std::move(params));
    });
    table.on<mcp::EmptyParams>(
        "server/discover", [this](auto& ctx, auto) { return discover(ctx); });
    table.on<mcp::EmptyParams>("ping", [](auto&, auto) { return mcp::EmptyResult(); });
    table.on<mcp::SetLevelRequestParams>("logging/setLevel", [](auto& ctx, auto params) {
        ctx.connection().log_level = params.level;
        return mcp::EmptyResult();
    });
    method_parts const with{offered_, questions_, tasks_, offered_.changes(), limits_.page_size};
    add_tools_methods(table, with);
    add_prompts_methods(table, with);
    add_resources_methods(table, with);
    add_completion_methods(table, with);
    add_subscriptions_methods(table, with);
    add_tasks_methods(table, with);
    add_skills_methods(table, with);
    return table;
}

awaitable<void> mcp_server::serve(mcp::transport& peer, std::string principal)
{
    connection with(*this, peer, std::move(principal), limits_.connection, log_);
    co_await with.run();
}

bool mcp_server::knows(mcp::era const& era, std::string_view method) const
{
    return era.has_request(method) && methods_.find(method) && offered_.offers(method);
}

awaitable<mcp::json::value> mcp_server::answer(
    mcp::jsonrpc::request request, mcp::addressed to, session& connection, outbound& out)
{
    if (to == mcp::addressed::nobody)
        throw mcp::unaddressed(request.method);
    auto const& era = to == mcp::addressed::modern ? mcp::modern() : mcp::legacy();
    try {
        co_return co_await answer_in(era, std::move(request), connection, out);
    } catch (mcp::jsonrpc::error const& e) {
        throw era.phrase(e);
    }
}

awaitable<mcp::json::value> mcp_server::answer_in(
    mcp::era const& era, mcp::jsonrpc::request request, session& connection, outbound& out)
{
    auto meta = era.lift(request.params, connection.client());
    auto const* handler = methods_.find(request.method);
    if (!handler || !era.has_request(request.method) || !offered_.offers(request.method))
        throw mcp::method_not_found(request.method);
    auto executor = co_await asio::this_coro::executor;
    // What was cancelled just now is about to end.
    if (unfinished_ >= limits_.requests)
        co_await asio::post(executor, asio::use_awaitable);
    if (unfinished_ >= limits_.requests)
        throw busy(limits_.requests);
    counted_in const in_progress(unfinished_);
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
    // The handshake is answered in the version that it settled on.
    auto const version =
        request.method == "initialize" ? connection.client()->version : ctx.client().version;
    era.stamp(request.method, version, encoded_self_, result);
    co_return mcp::json::value(std::move(result));
}

mcp::InitializeResult
mcp_server::initialize(request_context& ctx, mcp::InitializeRequestParams params)
{
    auto& connection = ctx.connection();
    change_filter every;
    every.tools = every.prompts = every.resources = true;
    if (connection.changes)
        connection.changes->wanted() = every;
    else
        connection.changes.emplace(offered_.changes(), every, &connection, ctx.executor());
    auto const version = connection.open(std::move(params));
    return {std::string(mcp::to_string(version)), offered_.capabilities(), self_, instructions()};
}

mcp::DiscoverResult mcp_server::discover(request_context&) const
{
    mcp::DiscoverResult out;
    out.supportedVersions.assign(mcp::version_names.rbegin(), mcp::version_names.rend());
    out.capabilities = offered_.capabilities();
    out.instructions = instructions();
    return out;
}

void mcp_server::check_parameters(
    mcp::json::object const& params, mcp::header_lookup const& headers) const
{
    auto const* name = params.if_contains("name");
    auto const* arguments = params.if_contains("arguments");
    auto const* tool =
        name && name->is_string() ? offered_.tools().find(name->get_string()) : nullptr;
    if (!tool || tool->mirrored.empty())
        return;
    static mcp::json::object const none;
    auto const* given = arguments ? arguments->if_object() : &none;
    if (!given)
        return;
    if (auto const why = mcp::check_parameter_headers(tool->mirrored, *given, headers))
        throw mcp::header_mismatch(*why);
}

awaitable<void> mcp_server::stop()
{
    offered_.changes().end_all();
    co_await tasks_.stop();
}

awaitable<void> mcp_server::relay(
    session& opened,
    std::function<void(mcp::jsonrpc::notification)> send,
    std::function<awaitable<void>()> drained)
{
    while (opened.changes) {
        auto const happened = co_await opened.changes->next();
        for (auto& n : notifications_of(happened)) {
            mcp::legacy().stamp_notification(opened.client()->version, n);
            send(std::move(n));
        }
        if (opened.changes->ended())
            co_return;
        co_await drained();
    }
}

std::optional<std::string> mcp_server::instructions() const
{
    if (instructions_.empty())
        return std::nullopt;
    return instructions_;
}

}  // namespace server
