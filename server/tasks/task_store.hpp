#pragma once

// Tool calls that outlive their requests (io.modelcontextprotocol/tasks, SEP-2663): each runs by
// itself until it is done, asks by way of its task, and is remembered for a while. One principal's
// tasks do not exist for another. In memory: a task ends with the process.

#include "protocol/logger.hpp"
#include "protocol/tasks.hpp"
#include "server/changes.hpp"
#include "server/request_context.hpp"
#include "server/step.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace server {

struct task_limits {
    std::size_t tasks = 1'000;              // remembered; of those that ended the oldest goes first
    std::chrono::hours lifetime{24};        // from its creation; then an ended task is forgotten
    std::chrono::milliseconds poll{1'000};  // how often a client should ask
};

class task_store {
public:
    using work_function = std::function<boost::asio::awaitable<step>(request_context&)>;

    // Who wants to know of tasks is told through `changed`, which outlives the store.
    explicit task_store(
        changes& changed, task_limits limits = task_limits(), mcp::logger log = mcp::logger());
    ~task_store();
    task_store(task_store const&) = delete;
    task_store& operator=(task_store const&) = delete;

    // Whether the client of this request can be answered with a task.
    static bool serves(request_context const& ctx);

    // Throws -32021 unless serves().
    static void require(request_context const& ctx);

    // Starts the work with what `ctx` knows of the client and the answers it holds. Returns the
    // CreateTaskResult. Throws -32603 if there are too many at work.
    mcp::json::object create(request_context& ctx, background work);

    // Whether any principal has it.
    bool knows(std::string_view id) const { return tasks_.contains(id); }

    // A DetailedTask. These throw -32602 for a task that this principal does not have.
    mcp::json::object get(std::string_view principal, std::string_view id) const;

    // Keys that were not asked are passed over; the work goes on when all were answered.
    void update(std::string_view principal, std::string_view id, mcp::json::object responses);

    // Cooperative: the task is cancelled at once, its work a little later.
    void cancel(std::string_view principal, std::string_view id);

    // Cancels everything, and returns once all work has unwound.
    boost::asio::awaitable<void> stop();

private:
    struct task;
    static boost::asio::awaitable<void> run(std::shared_ptr<task> self, work_function work);

    std::shared_ptr<task> find(std::string_view principal, std::string_view id) const;
    void make_room();

    changes& changed_;
    task_limits limits_;
    mcp::logger log_;
    std::map<std::string, std::shared_ptr<task>, std::less<>> tasks_;
    std::shared_ptr<std::size_t> at_work_ = std::make_shared<std::size_t>(0);
};

}  // namespace server
