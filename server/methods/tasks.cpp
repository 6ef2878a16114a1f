#include "server/methods/parts.hpp"

namespace server {

void add_tasks_methods(method_table& table, method_parts const& with)
{
    table.on<mcp::TaskRequestParams>("tasks/get", [with](request_context& ctx, auto params) {
        task_store::require(ctx);
        return with.tasks.get(ctx.principal(), params.taskId);
    });
    table.on<mcp::UpdateTaskRequestParams>(
        "tasks/update", [with](request_context& ctx, auto params) {
            task_store::require(ctx);
            with.tasks.update(ctx.principal(), params.taskId, std::move(params.inputResponses));
            return mcp::EmptyResult();
        });
    table.on<mcp::TaskRequestParams>("tasks/cancel", [with](request_context& ctx, auto params) {
        task_store::require(ctx);
        with.tasks.cancel(ctx.principal(), params.taskId);
        return mcp::EmptyResult();
    });
}

}  // namespace server
