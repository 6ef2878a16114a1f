#pragma once

// What the methods work with, and where each group of them is added to the table. A method is: its
// params and result in protocol/, its name in an era's list (protocol/wire), and its line in the
// file here that carries the first part of its name.

#include "protocol/logger.hpp"
#include "server/changes.hpp"
#include "server/features.hpp"
#include "server/method_table.hpp"
#include "server/questions.hpp"
#include "server/tasks/task_store.hpp"

namespace server {

// All outlive the table.
struct method_parts {
    features const& offered;
    questions& ask;
    task_store& tasks;
    changes& changed;
    std::size_t page_size;
};

void add_tools_methods(method_table& table, method_parts const& with);
void add_prompts_methods(method_table& table, method_parts const& with);
void add_resources_methods(method_table& table, method_parts const& with);
void add_completion_methods(method_table& table, method_parts const& with);
void add_subscriptions_methods(method_table& table, method_parts const& with);
void add_tasks_methods(method_table& table, method_parts const& with);
void add_skills_methods(method_table& table, method_parts const& with);

}  // namespace server
