#include "server/methods/parts.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace server {

using boost::asio::awaitable;

namespace {

// Before anything is done with a task: one that an earlier process began goes on here.
awaitable<void> find_again(method_parts const& with, request_context& ctx, std::string id)
{
    task_store::require(ctx);
    auto const& find = with.offered.find_lost_task();
    if (!find || with.tasks.knows(id))
        co_return;
    auto work = co_await find(ctx, std::move(id));
    if (!work || with.tasks.knows(work->name))
        co_return;
    with.tasks.create(ctx, std::move(*work));
    // It starts, so that it asks what it is answered now, and sees that it is cancelled.
    co_await boost::asio::post(boost::asio::use_awaitable);
}

awaitable<mcp::json::object>
get(method_parts const& with, request_context& ctx, mcp::TaskRequestParams params)
{
    co_await find_again(with, ctx, params.taskId);
    co_return with.tasks.get(ctx.principal(), params.taskId);
}

awaitable<mcp::EmptyResult>
update(method_parts const& with, request_context& ctx, mcp::UpdateTaskRequestParams params)
{
    co_await find_again(with, ctx, params.taskId);
    with.tasks.update(ctx.principal(), params.taskId, std::move(params.inputResponses));
    co_return mcp::EmptyResult();
}

awaitable<mcp::EmptyResult>
cancel(method_parts const& with, request_context& ctx, mcp::TaskRequestParams params)
{
    co_await find_again(with, ctx, params.taskId);
    with.tasks.cancel(ctx.principal(), params.taskId);
    co_return mcp::EmptyResult();
}

}  // namespace

void add_tasks_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::TaskRequestParams>("tasks/get", [with](request_context& ctx, auto params) {
        return get(with, ctx, std::move(params));
    });
    table.on<mcp::UpdateTaskRequestParams>(
        "tasks/update",
        [with](request_context& ctx, auto params) { return update(with, ctx, std::move(params)); });
    table.on<mcp::TaskRequestParams>("tasks/cancel", [with](request_context& ctx, auto params) {
        return cancel(with, ctx, std::move(params));
    });
}

}  // namespace server
