#include "protocol/subscriptions.hpp"

#include "protocol/errors.hpp"
#include "server/methods/parts.hpp"

namespace server {

using boost::asio::awaitable;

namespace {

constexpr std::size_t most_listeners = 1'024;
constexpr std::size_t most_uris = 1'000;  // of one subscription

bool asked(std::optional<bool> const& flag)
{
    return flag.value_or(false);
}

// What of the filter this server can honour, as the acknowledgement says it and as it is listened
// for.
struct honoured {
    mcp::SubscriptionFilter words;
    change_filter filter;
};

honoured honour(method_parts const& with, request_context const& ctx, mcp::SubscriptionFilter want)
{
    honoured out;
    auto const can = with.offered.capabilities();
    if (asked(want.toolsListChanged) && can.tools)
        out.words.toolsListChanged = out.filter.tools = true;
    if (asked(want.promptsListChanged) && can.prompts)
        out.words.promptsListChanged = out.filter.prompts = true;
    if (asked(want.resourcesListChanged) && can.resources)
        out.words.resourcesListChanged = out.filter.resources = true;
    for (auto const* list : {&want.resourceSubscriptions, &want.taskIds})
        if (*list && (*list)->size() > most_uris)
            throw mcp::invalid_params("more than 1000 subscriptions in one filter");
    if (want.resourceSubscriptions && can.resources) {
        out.filter.uris.insert(
            want.resourceSubscriptions->begin(), want.resourceSubscriptions->end());
        out.words.resourceSubscriptions = std::move(want.resourceSubscriptions);
    }
    if (want.taskIds) {
        task_store::require(ctx);
        out.filter.tasks.insert(want.taskIds->begin(), want.taskIds->end());
        out.words.taskIds = std::move(want.taskIds);
    }
    return out;
}

class subscription {
public:
    subscription(method_parts const& with, request_context& ctx, change_filter filter)
        : with_(with),
          ctx_(ctx),
          changes_(with.changed, std::move(filter), &ctx.connection(), ctx.executor())
    {
    }

    awaitable<mcp::json::object> run(mcp::SubscriptionFilter acknowledged)
    {
        send(
            "notifications/subscriptions/acknowledged",
            {{"notifications", mcp::encode(acknowledged)}});
        for (;;) {
            auto const happened = co_await changes_.next();
            for (auto& n : notifications_of(happened))
                send(std::move(n.method), std::move(n.params));
            for (auto const& id : happened.tasks)
                send_task(id);
            if (changes_.ended())
                co_return tagged({});
            co_await ctx_.out().drained();
        }
    }

private:
    void send(std::string method, mcp::json::object params)
    {
        ctx_.notify(std::move(method), tagged(std::move(params)));
    }

    void send_task(std::string const& id)
    {
        try {
            send("notifications/tasks", with_.tasks.get(ctx_.principal(), id));
        } catch (mcp::jsonrpc::error const&) {
            return;  // forgotten meanwhile, or another's: then it does not exist
        }
    }

    mcp::json::object tagged(mcp::json::object o) const
    {
        o["_meta"] =
            mcp::json::object{{mcp::subscription_id_key, mcp::jsonrpc::to_json(ctx_.id())}};
        return o;
    }

    method_parts const& with_;
    request_context& ctx_;
    change_listener changes_;
};

awaitable<mcp::json::object>
listen(method_parts const& with, request_context& ctx, mcp::SubscriptionsListenRequestParams params)
{
    auto agreed = honour(with, ctx, std::move(params.notifications));
    if (with.changed.listeners() >= most_listeners)
        throw mcp::jsonrpc::error(
            mcp::jsonrpc::errc::internal_error, "busy: too many subscriptions are open");
    subscription stream(with, ctx, std::move(agreed.filter));
    co_return co_await stream.run(std::move(agreed.words));
}

}  // namespace

void add_subscriptions_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::SubscriptionsListenRequestParams>(
        "subscriptions/listen",
        [with](request_context& ctx, auto params) { return listen(with, ctx, std::move(params)); });
}

}  // namespace server
