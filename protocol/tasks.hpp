#pragma once

// The tasks extension: a tools/call that is answered with a task, which outlives the request
// (io.modelcontextprotocol/tasks, SEP-2663; modern era only).

#include "protocol/input.hpp"

#include <cstdint>

namespace mcp {

inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

enum class TaskStatus { working, input_required, completed, failed, cancelled };
BOOST_DESCRIBE_ENUM(TaskStatus, working, input_required, completed, failed, cancelled)

constexpr bool is_terminal(TaskStatus s)
{
    return s >= TaskStatus::completed;
}

struct Task {
    std::string taskId;
    TaskStatus status = TaskStatus::working;
    std::optional<std::string> statusMessage;
    std::string createdAt;  // ISO 8601
    std::string lastUpdatedAt;
    std::int64_t ttlMs = 0;  // after which the task may be forgotten
    std::optional<std::int64_t> pollIntervalMs;
};
BOOST_DESCRIBE_STRUCT(
    Task, (), (taskId, status, statusMessage, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs))

struct TaskRequestParams {
    std::string taskId;
};
BOOST_DESCRIBE_STRUCT(TaskRequestParams, (), (taskId))

struct UpdateTaskRequestParams {
    std::string taskId;
    json::object inputResponses;
};
BOOST_DESCRIBE_STRUCT(UpdateTaskRequestParams, (), (taskId, inputResponses))

}  // namespace mcp
